package dev.switchback.pipeline.snapshot;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.PostgresTable.ReplicaIdentity;
import dev.switchback.connectors.postgres.PostgresType;
import dev.switchback.connectors.postgres.PostgresType.Kind;
import dev.switchback.pipeline.snapshot.SchemaSnapshot.Known;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableId;

/** Writes a snapshot as YAML: a line for each column, and nothing that is as it usually is. Not thread-safe. */
final class SnapshotText {

    private static final Pattern PLAIN = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.]*( [a-zA-Z_][a-zA-Z0-9_]*)*");
    private static final Pattern PLAIN_TABLE = Pattern.compile("[a-z_][a-z0-9_]*\\.[a-z_][a-z0-9_]*");

    /** What YAML, old or new, takes for something else than text. */
    private static final Set<String> WORDS = Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

    private final StringBuilder text = new StringBuilder();

    String of(SchemaSnapshot snapshot, String migration, String file) {
        line("# What the tables of the migration " + migration + " look like. switchback test goes by it.");
        line("# Made by: switchback schema " + file);
        line("# Make it again when a table has changed. It holds no rows, no hosts and no logins.");
        side("source", snapshot.source());
        side("destination", snapshot.destination());
        return text.toString();
    }

    private void side(String name, Map<TableId, Known> tables) {
        line(name + ":");
        tables.forEach((id, known) -> {
            String table = id.toString();
            line("  " + (PLAIN_TABLE.matcher(table).matches() ? table : quoted(table)) + ":");
            table(known.table(), known.unique());
        });
    }

    private void table(PostgresTable table, List<Set<String>> unique) {
        line("    columns:");
        table.schema()
                .columns()
                .forEach(column ->
                        line("      " + word(column.name()) + ": " + column(column, table.type(column.name()))));
        line("    key: " + list(table.schema().key()));
        if (table.keyDeferrable()) {
            line("    deferrable_key: " + word(table.keyName()));
        }
        if (!unique.isEmpty()) {
            line("    unique: "
                    + unique.stream()
                            .map(columns -> list(columns.stream().sorted().toList()))
                            .sorted()
                            .collect(Collectors.joining(", ", "[", "]")));
        }
        if (Stream.concat(Stream.of(table.relation()), table.leaves().stream())
                .allMatch(relation -> relation.identity() == ReplicaIdentity.FULL)) {
            line("    replica_identity: full");
        }
    }

    private static String column(Column column, PostgresType type) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("type", word(type.name()));
        if (!column.type().declaration().equals(type.name())) {
            settings.put("declared", word(column.type().declaration()));
        }
        if (!column.nullable()) {
            settings.put("not_null", "true");
        }
        if (column.hasDefault()) {
            settings.put("default", "true");
        }
        if (column.generation() != Generation.NONE) {
            settings.put("generated", column.generation().name().toLowerCase(Locale.ROOT));
        }
        if (column.type().toastable()) {
            settings.put("toast", "true");
        }
        details(type, settings);
        return map(settings);
    }

    private static void details(PostgresType type, Map<String, String> settings) {
        if (type.kind() != Kind.BASE) {
            settings.put("kind", type.kind().name().toLowerCase(Locale.ROOT));
        }
        if (type.extension() != null) {
            settings.put("extension", word(type.extension()));
        }
        if (type.modifier() != -1) {
            settings.put("modifier", Integer.toString(type.modifier()));
        }
        if (!type.labels().isEmpty()) {
            settings.put("labels", list(type.labels()));
        }
        PostgresType inner = type.inner();
        if (inner != null) {
            Map<String, String> of = new LinkedHashMap<>();
            of.put("type", word(inner.name()));
            details(inner, of);
            settings.put("of", map(of));
        }
    }

    private static String map(Map<String, String> settings) {
        List<String> parts = new ArrayList<>();
        settings.forEach((name, value) -> parts.add(name + ": " + value));
        return "{" + String.join(", ", parts) + "}";
    }

    private static String list(Collection<String> words) {
        return words.stream().map(SnapshotText::word).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String word(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT));
        return plain ? text : quoted(text);
    }

    /** JSON's strings are YAML's. */
    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
