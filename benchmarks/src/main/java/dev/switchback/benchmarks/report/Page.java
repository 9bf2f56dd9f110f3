package dev.switchback.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Outcomes as a page of Markdown. */
final class Page {

    private static final String HEAD =
            """
            # Results

            Made by `./switchback bench`; do not edit. [README.md](README.md) says what is measured, how, and against whom. A
            figure is the median of the runs, which were made in turn, one contender after the other; in brackets the lowest
            and the highest. A contender whose tables differed at the end has no figure.
            """;

    private Page() {}

    static String of(List<Outcome> outcomes) {
        return outcomes.stream().map(Page::section).collect(Collectors.joining("\n", HEAD + "\n", ""));
    }

    private static String section(Outcome outcome) {
        StringBuilder page = new StringBuilder("## " + outcome.scenario() + "\n\n" + outcome.what() + "\n\n");
        if (outcome.quick()) {
            page.append("**Made with `--quick`: these figures mean nothing.**\n\n");
        }
        page.append("| | ")
                .append(outcome.unit())
                .append(outcome.moreIsBetter() ? " | Switchback is |" : " | Switchback takes |")
                .append(" details | CPU s a million changes |")
                .append(" peak memory, MiB |\n|---|---|---|---|---|---|\n");
        for (Standing standing : standings(outcome)) {
            page.append(row(outcome, standing));
        }
        page.append('\n');
        standings(outcome).stream()
                .filter(standing -> !standing.wrong().isEmpty())
                .forEach(standing -> page.append("- **")
                        .append(standing.name())
                        .append(" went wrong:** ")
                        .append(firstLine(standing.wrong()))
                        .append('\n'));
        standings(outcome).forEach(standing -> page.append("- ")
                .append(standing.name())
                .append(": ")
                .append(standing.settings())
                .append('\n'));
        outcome.facts().forEach((name, value) -> page.append("- ")
                .append(name)
                .append(": ")
                .append(value)
                .append('\n'));
        return page.toString();
    }

    private static List<Standing> standings(Outcome outcome) {
        List<Standing> standings = new ArrayList<>();
        if (outcome.ours() != null) {
            standings.add(outcome.ours());
        }
        standings.addAll(outcome.peers());
        return standings;
    }

    private static String row(Outcome outcome, Standing standing) {
        Double ratio = outcome.ratios().get(standing.name());
        String unit = outcome.moreIsBetter() ? "%.2f ×" : "%.2f × as long";
        return "| " + standing.name() + " | " + figure(standing) + " | "
                + (ratio == null ? "" : String.format(Locale.ROOT, unit, ratio)) + " | "
                + figures(standing.medians(Run::details)) + " | "
                + figures(standing.medians(Run::cpuSecondsPerMillion)) + " | "
                + figures(standing.medians(Run::peakMebibytes)) + " |\n";
    }

    private static String figure(Standing standing) {
        Double median = standing.median();
        Double smallest = standing.smallest();
        Double largest = standing.largest();
        return median == null || smallest == null || largest == null
                ? "wrong"
                : number(median) + " (" + number(smallest) + "–" + number(largest) + ")";
    }

    private static String figures(Map<String, Double> figures) {
        return figures.entrySet().stream()
                .map(figure -> figure.getKey() + " " + number(figure.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private static String number(double value) {
        return value >= 100 ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%.1f", value);
    }
}
