package dev.switchback.connectors.postgres;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.PostgresType.Kind;
import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableId;

/** What must be so of a destination table for a source table's rows to fit it. Stateless. */
final class PairChecks {

    /** A pair both of whose tables are there. */
    record Matched(TablePair pair, PostgresTable source, PostgresTable destination) {

        /** Hands over each pair of columns that are both there. */
        void forEachColumn(BiConsumer<Column, Column> action) {
            for (ColumnPair each : pair.columns()) {
                Optional<Column> from = source.schema().column(each.source());
                Optional<Column> to = destination.schema().column(each.destination());
                if (from.isPresent() && to.isPresent()) {
                    action.accept(from.get(), to.get());
                }
            }
        }

        /** The source column that fills this column of the destination as it is. */
        Optional<Column> filling(String destinationColumn) {
            return pair.columns().stream()
                    .filter(each -> each.destination().equals(destinationColumn))
                    .flatMap(each -> source.schema().column(each.source()).stream())
                    .findFirst();
        }

        String from(Column column) {
            return ColumnChecks.name(source, column.name());
        }

        String to(Column column) {
            return ColumnChecks.name(destination, column.name());
        }

        String alter(Column column) {
            return "ALTER TABLE " + Words.name(destination.id()) + " ALTER COLUMN " + Words.name(column.name());
        }
    }

    private PairChecks() {}

    static void missingColumns(Matched tables, Report report) {
        for (ColumnPair each : tables.pair.columns()) {
            Optional<Column> from = tables.source.schema().column(each.source());
            if (from.isEmpty()
                    || tables.destination.schema().column(each.destination()).isPresent()) {
                continue;
            }
            report.refuse(
                    "Table " + Words.name(tables.destination.id()) + " has no column " + Words.name(each.destination())
                            + " for " + tables.from(from.get()) + ".",
                    "Run ALTER TABLE " + Words.name(tables.destination.id()) + " ADD COLUMN "
                            + Words.name(each.destination()) + " "
                            + from.get().type().declaration()
                            + ", or leave it out with a select: in the migration file.");
        }
    }

    static void unfilledColumns(Matched tables, Report report) {
        Set<String> written = new HashSet<>(tables.pair.computed());
        tables.pair.columns().forEach(each -> written.add(each.destination()));
        for (Column column : tables.destination.schema().columns()) {
            if (!column.nullable() && !column.hasDefault() && !written.contains(column.name())) {
                report.refuse(
                        "Column " + tables.to(column) + " is NOT NULL without a default, and nothing fills it.",
                        "Run " + tables.alter(column) + " SET DEFAULT ..., or " + tables.alter(column)
                                + " DROP NOT NULL, or fill it with a select: in the migration file.");
            }
        }
    }

    static void generatedColumns(Matched tables, Report report) {
        tables.forEachColumn((from, to) -> {
            boolean fromGenerated = from.generation() == Generation.STORED;
            boolean toGenerated = to.generation() == Generation.STORED;
            if (fromGenerated && !toGenerated) {
                report.refuse(
                        "Column " + tables.from(from) + " is generated, so that changes do not contain it, but "
                                + tables.to(to) + " is not.",
                        "Generate it at the destination too, or leave it out with a select: in the migration file.");
            } else if (toGenerated && !fromGenerated) {
                report.refuse(
                        "Column " + tables.to(to) + " is generated, and takes no values from " + tables.from(from)
                                + ".",
                        "Run " + tables.alter(to)
                                + " DROP EXPRESSION, or leave it out with a select: in the migration file.");
            }
        });
    }

    /**
     * @param back whether these values came the other way: what fits no more is then one value's error, since a wider type
     *     there is what the migration is for
     */
    static void types(Matched tables, boolean back, Report report) {
        tables.forEachColumn((from, to) -> {
            PostgresType source = tables.source.type(from.name());
            PostgresType destination = tables.destination.type(to.name());
            if (source.notCarried().isPresent() || to.generation() == Generation.STORED) {
                return;
            }
            if (back
                    && TypePairs.isMeasured(destination)
                    && TypePairs.mismatch(destination, source).isEmpty()) {
                return;
            }
            TypePairs.mismatch(source, destination)
                    .ifPresent(reason -> report.refuse(
                            "Column " + tables.from(from) + " is " + from.type().declaration() + ", but "
                                    + tables.to(to) + " is " + to.type().declaration() + ", " + reason + ".",
                            remedy(tables, from, to, source, destination)));
        });
    }

    private static String remedy(
            Matched tables, Column from, Column to, PostgresType source, PostgresType destination) {
        PostgresType target = destination.withoutDomains();
        if (source.withoutDomains().kind() == Kind.ENUM && target.kind() == Kind.ENUM) {
            return "Run ALTER TYPE " + target.name() + " ADD VALUE for each.";
        }
        return "Run " + tables.alter(to) + " TYPE " + from.type().declaration() + ".";
    }

    /** @param deferred tables with a deferrable unique or exclusion constraint */
    static void insertable(Matched tables, Set<Long> deferred, Report report) {
        boolean insert = tables.pair.onConflict().kind() == OnConflict.Kind.INSERT;
        if (insert && deferred.contains(tables.destination.relation().oid())) {
            String table = Words.name(tables.destination.id());
            report.refuse(
                    "Table " + table
                            + " has a deferrable unique or exclusion constraint, with which on_conflict: insert"
                            + " cannot be done.",
                    "Make the constraint not deferrable, or write on_conflict: fill.");
        }
    }

    static void key(Matched tables, Map<Long, List<Set<String>>> unique, Report report) {
        PostgresTable destination = tables.destination;
        List<String> key = tables.pair.key();
        List<Set<String>> keys = unique.getOrDefault(destination.relation().oid(), List.of());
        boolean columnsThere =
                key.stream().allMatch(name -> destination.schema().column(name).isPresent());
        if (key.isEmpty() || !columnsThere || keys.contains(Set.copyOf(key))) {
            return;
        }
        String table = Words.name(destination.id());
        String columns = "(" + Words.names(key) + ")";
        boolean other = !destination.schema().key().isEmpty();
        boolean deferrable = Set.copyOf(destination.schema().key()).equals(Set.copyOf(key));
        String has = deferrable
                ? "The key " + columns + " of " + table + " is DEFERRABLE, so that rows cannot be upserted by it."
                : "Rows of " + table + " are to be found by " + columns + ", but "
                        + (other
                                ? "its primary key is ("
                                        + Words.names(destination.schema().key()) + ")."
                                : "it has no primary key.");
        report.refuse(
                has,
                deferrable
                        ? "Run ALTER TABLE " + table + " DROP CONSTRAINT " + Words.name(destination.keyName())
                                + ", ADD PRIMARY KEY " + columns + "."
                        : "Run ALTER TABLE " + table + (other ? " ADD UNIQUE " : " ADD PRIMARY KEY ") + columns + ".");
    }

    /**
     * Two keys that the destination takes for one would overwrite each other, unseen.
     *
     * @param fuzzy the destination's columns, by table, under whose collation unequal texts may be equal
     */
    static void coarserKey(Matched tables, Map<Long, Set<String>> fuzzy, Report report) {
        for (String key : tables.pair.key()) {
            Optional<Column> to = tables.destination.schema().column(key);
            if (to.isEmpty()) {
                continue;
            }
            PostgresType type = tables.destination.type(key);
            Optional<Column> from = tables.filling(key);
            boolean citext = "citext".equals(type.withoutDomains().extension());
            boolean coarse = citext
                    || fuzzy.getOrDefault(tables.destination.relation().oid(), Set.of())
                            .contains(key);
            if (coarse) {
                String declaration = citext ? "text" : to.get().type().declaration();
                report.refuse(
                        "Key column " + tables.to(to.get()) + " takes different values"
                                + from.map(column -> " of " + tables.from(column))
                                        .orElse("") + " for one key ("
                                + to.get().type().declaration() + ").",
                        "Run " + tables.alter(to.get()) + " TYPE "
                                + from.map(column -> column.type().declaration())
                                        .orElse(declaration)
                                + " COLLATE \"default\".");
            } else if (!oneTextEach(type, from.map(column -> tables.source.type(column.name())))) {
                report.refuse(
                        "Key column " + tables.to(to.get()) + " is "
                                + to.get().type().declaration()
                                + ", of which values that look different may be equal, so that rows could overwrite each"
                                + " other unseen.",
                        "Leave it out of key:, or give it another type"
                                + (type.withoutDomains().name().equals("numeric")
                                        ? ", as its source column, for instance numeric(38,0)."
                                        : "."));
            }
        }
    }

    /** Numbers and padded texts that no source column hands on, the mapping's compiler knows better. */
    private static boolean oneTextEach(PostgresType to, Optional<PostgresType> from) {
        if (from.isPresent()) {
            return to.oneTextForEqualValues() || from.get().oneTextForEqualValues();
        }
        boolean compiled = to.kind() == Kind.BASE && Set.of("numeric", "bpchar").contains(to.name());
        return compiled || (to.oneTextForEqualValues() && !to.limitsParts());
    }

    /** Of several tables each may write an equal key in its own way: one has 7, and another 7.00. */
    static void sharedKeys(Collection<Matched> pairs, Report report) {
        Map<TableId, List<Matched>> byDestination =
                pairs.stream().collect(Collectors.groupingBy(tables -> tables.destination.id()));
        for (List<Matched> alike : byDestination.values()) {
            Matched first = alike.get(0);
            for (String key : alike.size() == 1 ? List.<String>of() : first.pair.key()) {
                first.destination
                        .schema()
                        .column(key)
                        .filter(to -> isWrittenDifferently(key, alike))
                        .ifPresent(
                                to -> report.refuse(
                                        "Key column " + first.to(to) + " is "
                                                + to.type().declaration()
                                                + ", and several tables fill it, of which values that look different may be equal,"
                                                + " so that rows could overwrite each other unseen.",
                                        "Fill it in all of them from columns of one type as they are, or give it another type."));
            }
        }
    }

    private static boolean isWrittenDifferently(String key, List<Matched> alike) {
        PostgresType to = alike.get(0).destination.type(key);
        Set<Optional<PostgresType>> from = alike.stream()
                .map(tables -> tables.filling(key).map(column -> tables.source.type(column.name())))
                .collect(Collectors.toSet());
        return from.contains(Optional.<PostgresType>empty())
                ? to.withoutDomains().name().equals("numeric")
                : from.size() > 1 && !to.oneTextForEqualValues();
    }

    static void nullability(Matched tables, Report report) {
        tables.forEachColumn((from, to) -> {
            if (from.nullable() && !to.nullable() && to.generation() != Generation.STORED) {
                report.notice("Column " + tables.to(to) + " is NOT NULL, but " + tables.from(from)
                        + " is not: a row with NULL in it will be held.");
            }
        });
    }

    /** The pairs both of whose tables exist and can hold rows. */
    static List<Matched> match(
            CheckedDatabase destination, Map<TableId, PostgresTable> sources, Iterable<TablePair> pairs)
            throws SQLException {
        Map<TableId, PostgresTable> real = new HashMap<>();
        destination.realTables().forEach(table -> real.put(table.id(), table));
        List<Matched> matched = new ArrayList<>();
        for (TablePair pair : pairs) {
            PostgresTable from = sources.get(pair.source());
            PostgresTable to = real.get(pair.destination());
            if (from != null && to != null) {
                matched.add(new Matched(pair, from, to));
            }
        }
        return matched;
    }
}
