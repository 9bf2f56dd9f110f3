package dev.switchback.pipeline.held;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.HeldChanges.Entry;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;

class HeldTextTest {

    private static final String TAKEN = "23505";
    private static final String CHECK = "23514";

    @Test
    void eachChangeIsALineAndALaterOneOfItsKeySaysThatItWaits() {
        assertThat(HeldText.of(List.of(held(1, "public.item", CHECK, true), held(2, "public.item", null, false))))
                .isEqualTo("1  public.item (1)  tried 3 times: the reason\n"
                        + "2  public.item (2)  tried 3 times: waits behind the one before it");
    }

    @Test
    void rowsOfATableThatMayWaitForEachOthersValuesAreCalledByThat() {
        assertThat(HeldText.of(List.of(held(1, "public.item", TAKEN, true), held(2, "public.item", TAKEN, true))))
                .endsWith("\npublic.item: 2 rows wait for a value that another row has. If they wait for each other,"
                        + " and stay, retrying does not help; docs/operating.md, \"Held changes\", says what does.");
    }

    @Test
    void aRowThatWaitsAloneInItsTableIsInNoCircle() {
        assertThat(HeldText.of(List.of(
                        held(1, "public.item", TAKEN, true),
                        held(2, "public.item", TAKEN, false),
                        held(3, "public.part", TAKEN, true))))
                .doesNotContain("each other");
    }

    @Test
    void whatKeepsADirectionFromEndingIsNamedAndNothingOfItsRowIsSaid() {
        Flow flow = new Flow("shop", Direction.FORWARD);
        assertThat(HeldText.problem(flow, 1, List.of(held(7, "public.item", CHECK, true))))
                .isEqualTo(new Problem(
                        Problem.Kind.REFUSED,
                        "flow shop.forward",
                        "1 change is held, which the destination would lack: 7 of public.item (SQLSTATE 23514).",
                        "switchback held says which rows and why; retry or discard them."));
        assertThat(HeldText.problem(
                                flow,
                                3,
                                List.of(held(7, "public.item", null, true), held(8, "public.part", null, false)))
                        .what())
                .isEqualTo(
                        "3 changes are held, which the destination would lack: 7 of public.item, 8 of public.part, …");
        assertThat(HeldText.problem(flow, 1, List.of()).what()).endsWith("would lack.");
    }

    private static Entry held(long id, String table, String sqlstate, boolean first) {
        return new Entry(
                id,
                "forward",
                "t",
                0,
                id,
                table,
                "(" + id + ")",
                "?",
                "the reason",
                sqlstate,
                3,
                Instant.EPOCH,
                Instant.EPOCH,
                first);
    }
}
