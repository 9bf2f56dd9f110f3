package dev.switchback.connectors.postgres;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.transforms.schema.TableId;

/** How names and lists look in sentences and in the statements of a remedy: quoted only where it must be. Stateless. */
final class Words {

    /** What PostgreSQL 18 does not accept as a table's name without quotes; later versions have added none so far. */
    static final Set<String> RESERVED = Set.of(
            ("all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate"
                            + " collation column concurrently constraint create cross current_catalog current_date"
                            + " current_role current_schema current_time current_timestamp current_user default"
                            + " deferrable desc distinct do else end except false fetch for foreign freeze from full"
                            + " grant group having ilike in initially inner intersect into is isnull join lateral"
                            + " leading left like limit localtime localtimestamp natural not notnull null offset on"
                            + " only or order outer overlaps placing primary references returning right select"
                            + " session_user similar some symmetric system_user table tablesample then to trailing"
                            + " true union unique user using variadic verbose when where window with")
                    .split(" "));

    private Words() {}

    /** An identifier as one would type it. */
    static String name(String identifier) {
        boolean plain = identifier.matches("[a-z_][a-z0-9_]*") && !RESERVED.contains(identifier);
        return plain ? identifier : Sql.name(identifier);
    }

    static String name(TableId table) {
        return name(table.schema()) + "." + name(table.name());
    }

    static String names(Collection<String> identifiers) {
        return identifiers.stream().map(Words::name).collect(Collectors.joining(", "));
    }

    static String tables(Collection<TableId> tables) {
        return tables.stream().map(Words::name).collect(Collectors.joining(", "));
    }
}
