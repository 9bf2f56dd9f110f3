package dev.switchback.pipeline.plan;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.sql.LookupTables;

/** Finds at the source the tables that mappings look rows up in, and remembers them. Not thread-safe. */
public final class SourceLookups implements LookupTables {

    private final PostgresConnections source;
    private final Map<TableId, PostgresTable> found = new LinkedHashMap<>();

    public SourceLookups(PostgresConnections source) {
        this.source = source;
    }

    @Override
    public Optional<Found> find(TableId id) {
        try (Connection connection = source.open()) {
            PostgresCatalog catalog = new PostgresCatalog(connection);
            Optional<PostgresTable> table =
                    catalog.table(id).filter(one -> !one.schema().key().isEmpty());
            table.ifPresent(one -> found.put(id, one));
            return table.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Found(table.get().schema(), catalog.uniqueKeys(table.get())));
        } catch (SQLException e) {
            throw new ProblemException(source.problem(e), e);
        }
    }

    /** The tables that were found. */
    public Collection<PostgresTable> all() {
        return found.values();
    }
}
