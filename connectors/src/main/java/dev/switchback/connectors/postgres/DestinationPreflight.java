package dev.switchback.connectors.postgres;

import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.switchback.connectors.postgres.PairChecks.Matched;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.schema.TableId;

/**
 * Everything that must be so in a database before a flow may apply to it. Looks only: runs in a read-only transaction,
 * locks nothing, and leaves nothing behind. Thread-safe.
 */
public final class DestinationPreflight {

    /** One independent finding about the tables. */
    @FunctionalInterface
    private interface Check {
        void run(CheckedDatabase destination, Report report) throws SQLException;
    }

    /** One independent finding about a source table and its destination. */
    @FunctionalInterface
    private interface PairCheck {
        void run(Matched tables, Report report);
    }

    private static final List<Check> TABLE_CHECKS = List.of(
            TableChecks::missing,
            TableChecks::kind,
            TableChecks::permanence,
            TableChecks::inheritance,
            TableChecks::schemaUsage,
            (destination, report) ->
                    TableChecks.privileges(destination, report, "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"),
            TableChecks::rowSecurity,
            TableChecks::subscribed,
            TriggerNotices::check);

    private static final List<PairCheck> PAIR_CHECKS = List.of(
            PairChecks::missingColumns,
            PairChecks::unfilledColumns,
            PairChecks::generatedColumns,
            PairChecks::nullability);

    private final PostgresConnections destination;

    public DestinationPreflight(PostgresConnections destination) {
        this.destination = destination;
    }

    /**
     * Checks the database for this flow over these tables. Failing to connect is a finding too.
     *
     * @param sources the source tables as {@link PostgresCatalog} read them; of a pair whose source is not among them only
     *     the destination is checked, since {@link SourcePreflight} has reported the source
     */
    public Findings check(Flow flow, Map<TableId, PostgresTable> sources, Collection<TablePair> pairs) {
        return Preflight.run(destination, (connection, report) -> {
            ServerState server = ServerState.read(connection);
            ServerChecks.version(server, report);
            if (server.tooOld()) {
                // Its catalogue lacks columns that the other checks read.
                return;
            }
            ServerChecks.primary(destination.side(), server, report);
            ServerChecks.writable(server, report);
            ServerChecks.schema(server, report);
            Set<TableId> declared = new LinkedHashSet<>();
            pairs.forEach(pair -> declared.add(pair.destination()));
            CheckedDatabase database = CheckedDatabase.read(destination, connection, server, declared);
            for (Check check : TABLE_CHECKS) {
                check.run(database, report);
            }
            FirstStart.check(flow, database, pairs, report);
            boolean back = flow.direction() == Direction.REVERSE;
            checkPairs(database, PairChecks.match(database, sources, pairs), back, report);
        });
    }

    private static void checkPairs(CheckedDatabase database, List<Matched> pairs, boolean back, Report report)
            throws SQLException {
        Map<Long, List<Set<String>>> unique = UniqueKeys.of(database.connection(), database.realTables());
        Map<Long, Set<String>> fuzzy = ColumnChecks.fuzzyCollations(database.connection(), database.realTables());
        Set<Long> deferred = UniqueKeys.deferred(database.connection(), database.realTables());
        for (Matched tables : pairs) {
            PairChecks.insertable(tables, deferred, report);
            PAIR_CHECKS.forEach(check -> check.run(tables, report));
            PairChecks.types(tables, back, report);
            PairChecks.key(tables, unique, report);
            PairChecks.coarserKey(tables, fuzzy, report);
        }
        PairChecks.sharedKeys(pairs, report);
    }
}
