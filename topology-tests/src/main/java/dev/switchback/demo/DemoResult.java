package dev.switchback.demo;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.operation.Timings.Took;
import dev.switchback.platform.TableCompare;

/**
 * What the demo found.
 *
 * @param rows rows at the source at the end
 * @param changes row changes that the writers committed
 * @param lagMillisP50 half of the measured rows reached the destination within this many milliseconds
 * @param lost acknowledged transactions that the side which takes writes lacks
 * @param lostStores stores that the source lacks, or whose merchant it has forgotten, which the destination cannot show
 * @param moves the cutovers and the revert
 */
public record DemoResult(
        List<TableCompare.Result> tables,
        long rows,
        long changes,
        double changesPerSecond,
        long lagMillisP50,
        long lagMillisP99,
        long lost,
        long lostStores,
        List<Move> moves) {

    /**
     * The writes went from one side to the other.
     *
     * @param pauseMillis from the last write that the old side acknowledged to the first one that the new side did
     */
    public record Move(Operation operation, long pauseMillis, List<Took> steps) {

        String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"direction\":\"%s\",\"pauseMillis\":%d,\"steps\":[%s]}",
                    operation.ends().lowerCase(),
                    pauseMillis,
                    steps.stream()
                            .map(took -> String.format(
                                    Locale.ROOT,
                                    "{\"step\":\"%s\",\"millis\":%d}",
                                    took.step(),
                                    took.took().toMillis()))
                            .collect(Collectors.joining(",")));
        }
    }

    /** Whether the tables are the same on both sides, and nothing acknowledged is lost. */
    public boolean equal() {
        return lost == 0 && lostStores == 0 && tables.stream().allMatch(TableCompare.Result::equal);
    }

    /** How many rows are not the same. */
    public long differences() {
        return tables.stream().mapToLong(TableCompare.Result::differences).sum();
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"result\":\"%s\",\"rows\":%d,\"changes\":%d,\"changesPerSecond\":%.0f,"
                        + "\"lagMillis\":{\"p50\":%d,\"p99\":%d},\"lost\":%d,\"lostStores\":%d,\"cutovers\":[%s]}",
                equal() ? "equal" : "different",
                rows,
                changes,
                changesPerSecond,
                lagMillisP50,
                lagMillisP99,
                lost,
                lostStores,
                moves.stream().map(Move::json).collect(Collectors.joining(",")));
    }
}
