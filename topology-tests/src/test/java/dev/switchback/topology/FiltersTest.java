package dev.switchback.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Only rows that a {@code WHERE} takes are at the destination, whatever happens to them at the source. */
class FiltersTest {

    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final TableSchema ACCOUNT = new TableSchema(
            TableId.parse("account"),
            List.of(Column.of("id", BIGINT), Column.of("balance", BIGINT), Column.of("closed", BIGINT)),
            List.of("id"));
    private static final TableSchema OPEN = new TableSchema(
            TableId.parse("open_account"),
            List.of(Column.of("id", BIGINT), Column.of("balance", BIGINT)),
            List.of("id"));

    private final ChangeLog log = new ChangeLog(ACCOUNT);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member;

    FiltersTest() {
        log.map(ACCOUNT, "SELECT id, balance FROM account WHERE closed IS NULL", OPEN);
        member = new ApplyMember(log, destination);
    }

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void onlyRowsInTheFilterArrive() {
        log.insert(ACCOUNT, 1L, 10L, null);
        log.insert(ACCOUNT, 2L, 20L, 1L);

        member.apply();

        assertThat(destination.tables().rows(OPEN.id())).containsExactly("[1, 10]");
        assertThat(destination.checkpoint(ChangeLog.input(ACCOUNT)).nextOffset())
                .isEqualTo(2);
    }

    @Test
    void aRowThatEntersIsWrittenAndOneThatLeavesIsRemoved() {
        log.insert(ACCOUNT, 1L, 10L, null);
        log.insert(ACCOUNT, 2L, 20L, 1L);
        member.apply();
        log.update(ACCOUNT, 1L, 10L, 5L);
        log.update(ACCOUNT, 2L, 21L, null);

        member.apply();

        assertThat(destination.tables().rows(OPEN.id())).containsExactly("[2, 21]");
    }

    @Test
    void aRowThatEntersAndLeavesBetweenTwoFlushesIsNotThere() {
        log.insert(ACCOUNT, 1L, 10L, 1L);
        log.update(ACCOUNT, 1L, 10L, null);
        log.update(ACCOUNT, 1L, 11L, 1L);

        member.apply();

        assertThat(destination.tables().rows(OPEN.id())).isEmpty();
    }

    @Test
    void aDeleteThatKnowsOnlyTheKeyRemovesTheRow() {
        log.insert(ACCOUNT, 1L, 10L, null);
        member.apply();
        log.delete(ACCOUNT, 1L, null, null);

        member.apply();

        assertThat(destination.tables().rows(OPEN.id())).isEmpty();
    }
}
