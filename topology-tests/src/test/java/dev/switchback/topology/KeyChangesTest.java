package dev.switchback.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** A destination key of the source's key and more: an update may move a row. */
class KeyChangesTest {

    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    static final TableSchema STORE = new TableSchema(
            TableId.parse("store"),
            List.of(Column.of("id", BIGINT), Column.of("merchant", BIGINT), Column.of("name", TEXT)),
            List.of("id"));
    static final TableSchema MOVED = new TableSchema(
            TableId.parse("merchant_store"),
            List.of(Column.of("merchant", BIGINT), Column.of("id", BIGINT), Column.of("name", TEXT)),
            List.of("merchant", "id"));

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member;

    KeyChangesTest() {
        log.map(STORE, "SELECT coalesce(merchant, 0) AS merchant, id, name FROM store", MOVED);
        member = new ApplyMember(log, destination);
    }

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void anUpdateThatMovesARowLeavesNothingBehind() {
        log.insert(STORE, 1L, null, "Basel");
        member.apply();
        log.change(STORE, row(1L, null, "Basel"), row(1L, 7L, "Basel"));

        member.apply();

        assertThat(destination.tables().rows(MOVED.id())).containsExactly("[7, 1, Basel]");
    }

    @Test
    void aRowThatMovesAwayAndBackWithinOneFlushIsThereOnce() {
        log.insert(STORE, 1L, 7L, "Basel");
        log.change(STORE, row(1L, 7L, "Basel"), row(1L, 8L, "Bern"));
        log.change(STORE, row(1L, 8L, "Bern"), row(1L, 7L, "Chur"));

        member.apply();

        assertThat(destination.tables().rows(MOVED.id())).containsExactly("[7, 1, Chur]");
    }

    @Test
    void aDeleteRemovesTheRowWhereItIs() {
        log.insert(STORE, 1L, 7L, "Basel");
        log.change(STORE, row(1L, 7L, "Basel"), row(1L, 8L, "Basel"));
        member.apply();
        log.delete(STORE, 1L, 8L, "Basel");

        member.apply();

        assertThat(destination.tables().rows(MOVED.id())).isEmpty();
    }

    /** The row that the held one moved away goes with it. */
    @Test
    void aHeldMoveIsSupersededByAllThatIsBehindIt() {
        log.insert(STORE, 1L, 7L, "Basel");
        member.apply();
        destination.tables().forbid("Atlantis");
        log.change(STORE, row(1L, 7L, "Basel"), row(1L, 8L, "Atlantis"));
        member.apply();
        assertThat(destination.held()).hasSize(1);
        log.change(STORE, row(1L, 8L, "Atlantis"), row(1L, 9L, "Bern"));
        member.apply();
        destination.makeHeldDue();
        member.letPass(Duration.ofSeconds(2));

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(MOVED.id())).containsExactly("[9, 1, Bern]");
    }

    private static Object[] row(Object... values) {
        return values;
    }
}
