package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Columns of the destination that are computed. */
class ExpressionsTest {

    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType INTEGER = new ColumnType("integer", "integer", Carrier.INT32, false);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    private static final TableSchema LABEL = new TableSchema(
            TableId.parse("label"),
            List.of(
                    Column.of("id", BIGINT),
                    Column.of("title", TEXT),
                    Column.of("words", INTEGER),
                    Column.of("notes", TEXT)),
            List.of("id"));

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member;

    ExpressionsTest() {
        log.map(
                STORE,
                "SELECT id, id || ' ' || name AS title, CAST(split_part(notes, ' ', 1) AS integer) AS words, notes FROM store",
                LABEL);
        member = new ApplyMember(log, destination);
    }

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void aRowIsComputedFromItsSource() {
        log.insert(STORE, 1L, "Basel", "12 words");

        member.apply();

        assertThat(destination.tables().rows(LABEL.id())).containsExactly("[1, 1 Basel, 12, 12 words]");
    }

    @Test
    void whatIsComputedFromALargeValueThatDidNotChangeStaysAsItWas() {
        log.insert(STORE, 1L, "Basel", "12 words");
        member.apply();
        log.update(STORE, 1L, "Bern", Absent.VALUE);
        log.update(STORE, 1L, Absent.VALUE, "13 words");

        member.apply();

        assertThat(destination.tables().rows(LABEL.id())).containsExactly("[1, 1 Bern, 13, 13 words]");
    }

    @Test
    void aRowForWhichPostgresWouldRaiseAnErrorIsHeldWithItsSourceKey() {
        log.insert(STORE, 1L, "Basel", "many words");
        log.insert(STORE, 2L, "Bern", "2 words");

        member.apply();

        assertThat(destination.tables().rows(LABEL.id())).containsExactly("[2, 2 Bern, 2, 2 words]");
        assertThat(destination.held()).singleElement().satisfies(held -> {
            assertThat(held.sourceKey()).isEqualTo("(1)");
            assertThat(held.reason())
                    .isEqualTo("column words cannot be computed: invalid input syntax for type integer: \"many\"");
        });
    }
}
