package dev.switchback.connectors.debezium;

import java.sql.DatabaseMetaData;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.relational.Column;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables.ColumnNameFilter;

/**
 * Answers what Debezium's pgoutput decoder asks the catalogue when the log describes a table. The catalogue tells how the
 * table is now, not how it was at that place in the log, and how often a key-changing update is split would depend on
 * when it was read. So the answers are those with which the capture of the table began. Not thread-safe.
 */
final class LogCatalogue extends PostgresConnection {

    private final Map<TableId, CapturedTable> tables = new HashMap<>();
    private final Set<String> described = new HashSet<>();

    LogCatalogue(PostgresConnectorConfig config, TypeRegistry types, List<CapturedTable> tables) {
        super(config, types, "switchback log");
        for (CapturedTable table : tables) {
            var id = table.schema().id();
            this.tables.put(new TableId(null, id.schema(), id.name()), table);
        }
    }

    /** The tables that the log has described since the last call of {@link #forgetDescribed}, quoted. */
    Set<String> described() {
        return described;
    }

    void forgetDescribed() {
        described.clear();
    }

    @Override
    public List<Column> getTableColumnsForDecoder(TableId table, ColumnNameFilter filter) {
        described.add(table.toDoubleQuotedString());
        List<Column> columns = new ArrayList<>();
        CapturedTable captured = tables.get(table);
        if (captured != null) {
            for (String name : captured.schema().columnNames()) {
                columns.add(Column.editor()
                        .name(name)
                        .type("text")
                        .jdbcType(Types.VARCHAR)
                        .optional(true)
                        .create());
            }
        }
        return columns;
    }

    @Override
    public List<String> readPrimaryKeyNames(DatabaseMetaData metadata, TableId table) {
        CapturedTable captured = tables.get(table);
        return captured == null
                ? new ArrayList<>()
                : new ArrayList<>(captured.schema().key());
    }

    @Override
    public List<String> readTableUniqueIndices(DatabaseMetaData metadata, TableId table) {
        return new ArrayList<>();
    }
}
