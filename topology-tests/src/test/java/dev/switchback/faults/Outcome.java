package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.platform.WriteLoad;

/**
 * What a run has come to, once its writers have ended and all that they wrote has been drained.
 *
 * @param harm every broken promise, for people
 * @param tables how the tables compare in full
 * @param written how many keys were written at the destination since the snapshot
 */
record Outcome(List<String> harm, List<TableCompare.Result> tables, long written) {

    private static final int SHOWN = 10;

    static Outcome of(Platform platform, WriteLoad load, RowWatch watch, List<String> held) {
        List<String> harm = new ArrayList<>(watch.backwards());
        held.forEach(change -> harm.add("still held: " + change));
        List<TableCompare.Result> tables =
                TableCompare.compare(platform.source(), platform.destination(), FaultTables.TABLES, SHOWN);
        for (TableCompare.Result table : tables) {
            table.first().forEach(difference -> harm.add(difference.toString()));
        }
        for (int writer = 0; writer < FaultTables.WRITERS; writer++) {
            String last = platform.destination().value("SELECT number FROM progress WHERE writer = " + writer);
            // The last commit's answer may have been lost, so it may be there unacknowledged, but not the other way.
            if (last == null || Long.parseLong(last) < load.acknowledged(writer) - 1) {
                harm.add("writer " + writer + " was told of " + load.acknowledged(writer)
                        + " transactions, and the destination knows of number " + last);
            }
        }
        return new Outcome(harm, tables, watch.seen());
    }

    void assertUnharmed(String description) {
        assertThat(harm).as(description).isEmpty();
        assertThat(written).as("a watch that saw nothing proves nothing").isPositive();
    }

    @Override
    public String toString() {
        String rows = tables.stream()
                .map(table -> table.table().name() + " " + table.rows())
                .collect(Collectors.joining(", "));
        return "rows compared: " + rows + "; keys written since the snapshot: " + written + "; harm: "
                + (harm.isEmpty() ? "none" : harm.size() + ", as " + harm.get(0));
    }
}
