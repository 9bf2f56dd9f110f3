package dev.switchback.demo;

import java.util.List;
import java.util.Locale;

import dev.switchback.platform.TableCompare;

/**
 * What the demo found.
 *
 * @param rows rows at the source at the end
 * @param changes row changes that the writers committed
 * @param lagMillisP50 half of the measured rows reached the destination within this many milliseconds
 */
record DemoResult(
        List<TableCompare.Result> tables,
        long rows,
        long changes,
        double changesPerSecond,
        long lagMillisP50,
        long lagMillisP99) {

    boolean equal() {
        return tables.stream().allMatch(TableCompare.Result::equal);
    }

    long differences() {
        return tables.stream().mapToLong(TableCompare.Result::differences).sum();
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"result\":\"%s\",\"rows\":%d,\"changes\":%d,\"changesPerSecond\":%.0f,"
                        + "\"lagMillis\":{\"p50\":%d,\"p99\":%d}}",
                equal() ? "equal" : "different",
                rows,
                changes,
                changesPerSecond,
                lagMillisP50,
                lagMillisP99);
    }
}
