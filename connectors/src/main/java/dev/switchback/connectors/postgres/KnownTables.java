package dev.switchback.connectors.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.switchback.connectors.postgres.PairChecks.Matched;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/**
 * The part of {@link SourcePreflight} and {@link DestinationPreflight} that needs no database, but only what is known of
 * the tables of both; collations it does not know. Stateless.
 */
public final class KnownTables {

    private KnownTables() {}

    /**
     * Whether rows of the sources fit the destinations.
     *
     * @param where from where the tables are known, for {@link Problem#where()}
     * @param columns the source columns that a mapping reads, by table
     * @param unique each destination's sets of columns by which rows can be upserted
     */
    public static List<Problem> check(
            String where,
            Map<TableId, PostgresTable> sources,
            Map<TableId, Set<String>> columns,
            Map<TableId, PostgresTable> destinations,
            Map<TableId, List<Set<String>>> unique,
            Collection<TablePair> pairs) {
        Report report = new Report(where);
        ColumnChecks.types(sources.values(), columns, false, report);
        Map<Long, List<Set<String>>> keys = new HashMap<>();
        destinations.forEach((id, table) -> keys.put(table.relation().oid(), unique.getOrDefault(id, List.of())));
        List<Matched> matched = matched(sources, destinations, pairs);
        for (Matched pair : matched) {
            PairChecks.missingColumns(pair, report);
            PairChecks.unfilledColumns(pair, report);
            PairChecks.generatedColumns(pair, report);
            PairChecks.types(pair, false, report);
            PairChecks.key(pair, keys, report);
            PairChecks.coarserKey(pair, Map.of(), report);
        }
        PairChecks.sharedKeys(matched, report);
        return report.problems();
    }

    private static List<Matched> matched(
            Map<TableId, PostgresTable> sources,
            Map<TableId, PostgresTable> destinations,
            Collection<TablePair> pairs) {
        List<Matched> matched = new ArrayList<>();
        for (TablePair pair : pairs) {
            PostgresTable from = sources.get(pair.source());
            PostgresTable to = destinations.get(pair.destination());
            if (from != null && to != null) {
                matched.add(new Matched(pair, from, to));
            }
        }
        return matched;
    }
}
