package dev.switchback.benchmarks.report;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * How one contender did in one scenario.
 *
 * @param runs in the order in which they were made
 */
public record Standing(String name, String settings, List<Run> runs) {

    /** The median of its runs; null unless every run was right: a figure for work done wrong is no figure. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public @Nullable Double median() {
        return wrong().isEmpty() ? medianOf(Run::value) : null;
    }

    /** The smallest value of a run; null where it has no {@link #median}. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public @Nullable Double smallest() {
        return values().min(Comparator.naturalOrder()).orElse(null);
    }

    /** The largest value of a run; null where it has no {@link #median}. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public @Nullable Double largest() {
        return values().max(Comparator.naturalOrder()).orElse(null);
    }

    /** What was wrong with the first run that went wrong; empty if none did. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public String wrong() {
        return runs.stream()
                .filter(run -> !run.right())
                .map(Run::wrong)
                .findFirst()
                .orElse("");
    }

    /** The median of each of some figures of its runs, by name; none where it has no {@link #median}. */
    public Map<String, Double> medians(Function<Run, Map<String, ? extends Number>> figures) {
        Map<String, Double> medians = new TreeMap<>();
        if (!wrong().isEmpty()) {
            return medians;
        }
        for (Run run : runs) {
            for (String name : figures.apply(run).keySet()) {
                medians.put(name, medianOf(each -> {
                    Number value = figures.apply(each).get(name);
                    return value == null ? 0 : value.doubleValue();
                }));
            }
        }
        return medians;
    }

    private Stream<Double> values() {
        return wrong().isEmpty() ? runs.stream().map(Run::value) : Stream.empty();
    }

    private double medianOf(ToDoubleFunction<Run> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
