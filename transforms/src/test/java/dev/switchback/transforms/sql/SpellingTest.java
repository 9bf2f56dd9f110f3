package dev.switchback.transforms.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** A SELECT written back as SQL of either database. What PostgreSQL makes of it, the parity test tells. */
class SpellingTest {

    private static final ColumnType INTEGER = new ColumnType("integer", "integer", Carrier.INT32, false);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    private static final TableSchema STORE = new TableSchema(
            TableId.parse("store"),
            List.of(Column.of("id", INTEGER), Column.of("unit price", INTEGER), Column.of("name", TEXT)),
            List.of("id"));

    @Test
    void mySqlHasItsOwnWordsForTheSame() {
        assertMySql("name || 'it''s \\'", "concat(`name`, 'it''s \\\\')");
        assertMySql("coalesce(name, '-')", "coalesce(`name`, '-')");
        assertMySql("length(name)", "char_length(`name`)");
        assertMySql("\"unit price\" + 1", "(`unit price` + 1)");
        assertMySql("id IS NOT DISTINCT FROM 3", "(`id` <=> 3)");
        assertMySql("id IS DISTINCT FROM 3", "(NOT (`id` <=> 3))");
    }

    private static void assertMySql(String expression, String spelled) {
        assertThat(in(Dialect.MYSQL, "SELECT id, " + expression + " AS x FROM store"))
                .isEqualTo("SELECT `id` AS `id`, " + spelled + " AS `x` FROM `public`.`store`");
    }

    @Test
    void postgresQuotesEveryName() {
        assertThat(in(Dialect.POSTGRES, "SELECT id, name || 'x' AS x FROM store s WHERE s.\"unit price\" > 3"))
                .isEqualTo("SELECT \"id\" AS \"id\", (\"name\" || 'x') AS \"x\" FROM \"public\".\"store\""
                        + " WHERE (\"unit price\" > 3)");
    }

    @Test
    void whatIsNotKnownToBeTheSameIsRefusedByName() {
        assertThatThrownBy(() -> in(Dialect.MYSQL, "SELECT id, greatest(id, 3) AS x FROM store"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("greatest has no known equal in MYSQL");
        assertThatThrownBy(() -> in(Dialect.MYSQL, "SELECT id, upper(name) AS x FROM store"))
                .hasMessage("upper has no known equal in MYSQL");
    }

    private static String in(Dialect dialect, String select) {
        return MappingCompiler.select(STORE, select, "test").select().in(dialect, STORE.id());
    }
}
