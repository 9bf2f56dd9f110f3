package dev.switchback.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

class OutcomeTest {

    @Test
    void theFigureIsTheMedianOfTheRuns() {
        assertThat(standing("a", 30, 10, 20).median()).isEqualTo(20.0);
        assertThat(standing("a", 30, 10).median()).isEqualTo(20.0);
    }

    @Test
    void aContenderThatWentWrongOnceHasNoFigure() {
        Standing standing = new Standing(
                "a", "", List.of(run(30), Run.failed(new IllegalStateException("2 of 3 rows differ")), run(10)));

        assertThat(standing.median()).isNull();
        assertThat(standing.wrong()).isEqualTo("2 of 3 rows differ");
        assertThat(outcome(standing("us", 40), standing).ratios()).isEmpty();
    }

    @Test
    void ratiosAreOursDividedByTheirs() {
        assertThat(outcome(standing("us", 30), standing("them", 20)).ratios()).isEqualTo(Map.of("them", 1.5));
    }

    @Test
    void aPageMadeOfKeptJsonSaysWhoWentWrongAndWhy() {
        Standing wrong = new Standing(
                "them", "all by default", List.of(Run.failed(new IllegalStateException("2 of 3 rows differ\nmore"))));

        String page = Page.of(List.of(outcome(standing("us", 1234), wrong)));

        assertThat(page).contains("| us | 1,234 (1,234–1,234) |").contains("| them | wrong |");
        assertThat(page).contains("**them went wrong:** 2 of 3 rows differ\n");
    }

    @Test
    void whatAWrongRunMeasuredIsNotShown() {
        Run wrong = new Run(3, Map.of("seconds", 1.5), Map.of("connect", 2.5), Map.of("connect", 7L), "2 rows differ");

        String page = Page.of(List.of(outcome(standing("us", 1), new Standing("them", "", List.of(wrong, wrong)))));

        assertThat(page).contains("| them | wrong |  |  |  |  |");
    }

    @Test
    void norIsItInItsJson() {
        Run wrong = new Run(
                7_771,
                Map.of("seconds", 7_772.0),
                Map.of("connect", 7_773.0),
                Map.of("connect", 7_774L),
                "2 rows differ");
        Standing standing = new Standing("them", "", List.of(run(7_775), wrong));

        String json = Results.json(outcome(standing("us", 1), new Standing("them", "", List.of(wrong)), standing));

        assertThat(json).doesNotContain("7771", "7772", "7773", "7774");
        assertThat(standing.smallest()).isNull();
        assertThat(standing.largest()).isNull();
    }

    @Test
    void aPageSaysOfATimeThatItTakesAsLong() {
        Outcome rate = outcome(standing("us", 30), standing("them", 20));
        Outcome time = new Outcome("latency", "", "ms (p99)", false, Map.of(), rate.ours(), rate.peers());

        assertThat(Page.of(List.of(rate))).contains("| Switchback is |").contains("| 1.50 × |");
        assertThat(Page.of(List.of(time))).contains("| Switchback takes |").contains("| 1.50 × as long |");
        assertThat(Results.json(rate)).contains("\"moreIsBetter\":true");
        assertThat(Results.json(time)).contains("\"moreIsBetter\":false");
    }

    @Test
    void switchbackIsWrongWhicheverWayItTookPart() {
        Standing wrong = new Standing(
                "Switchback, 2 members", "", List.of(Run.failed(new IllegalStateException("2 rows differ"))));
        Standing peer = new Standing("them", "", List.of(Run.failed(new IllegalStateException("died"))));

        assertThat(outcome(standing("us", 1), wrong, peer).wrong()).containsExactly("2 rows differ");
        assertThat(outcome(standing("us", 1), peer).wrong()).isEmpty();
    }

    private static Outcome outcome(Standing ours, Standing... peers) {
        return new Outcome("stream", "All at once.", "changes/s", false, Map.of(), ours, List.of(peers));
    }

    private static Standing standing(String name, double... values) {
        return new Standing(
                name, "", Arrays.stream(values).mapToObj(OutcomeTest::run).toList());
    }

    private static Run run(double value) {
        return new Run(value, Map.of(), Map.of(), Map.of(), "");
    }
}
