package dev.switchback.pipeline.snapshot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import com.fasterxml.jackson.core.JsonPointer;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.PostgresTable.Persistence;
import dev.switchback.connectors.postgres.PostgresTable.Relation;
import dev.switchback.connectors.postgres.PostgresTable.RelationKind;
import dev.switchback.connectors.postgres.PostgresTable.ReplicaIdentity;
import dev.switchback.connectors.postgres.PostgresType;
import dev.switchback.pipeline.file.DocumentBinding;
import dev.switchback.pipeline.file.FileProblems;
import dev.switchback.pipeline.file.Variables;
import dev.switchback.pipeline.file.YamlTree;
import dev.switchback.pipeline.snapshot.SchemaSnapshot.Known;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Reads what {@link SnapshotText} has written, and a person perhaps edited. Not thread-safe. */
final class SnapshotReader {

    private static final String ANEW = "Make the file anew with switchback schema.";

    private final YamlTree tree;
    private int tables;

    private SnapshotReader(YamlTree tree) {
        this.tree = tree;
    }

    /** @throws dev.switchback.transforms.problem.ProblemException with everything that is wrong with it */
    static SchemaSnapshot read(String text, FileProblems problems) {
        YamlTree tree = YamlTree.read(text, YamlTree.Kind.SCHEMA, Variables.NONE, problems);
        SnapshotDocument document = DocumentBinding.bind(tree, SnapshotDocument.class);
        SnapshotReader reader = new SnapshotReader(tree);
        SchemaSnapshot snapshot = new SchemaSnapshot(
                reader.side("source", document.source()), reader.side("destination", document.destination()));
        problems.requireNone();
        return snapshot;
    }

    private Map<TableId, Known> side(String name, @Nullable Map<String, SnapshotDocument.@Nullable Table> tables) {
        JsonPointer place = JsonPointer.empty().appendProperty(name);
        Map<TableId, Known> known = new LinkedHashMap<>();
        if (tables == null) {
            tree.problem(place, "The file has no " + name + ".", ANEW);
            return known;
        }
        tables.forEach((table, document) -> {
            JsonPointer where = place.appendProperty(table);
            try {
                TableId id = TableId.parse(table);
                known.put(id, table(id, document, where));
            } catch (IllegalArgumentException e) {
                tree.problem(where, "This describes no table: " + e.getMessage() + ".", ANEW);
            }
        });
        return known;
    }

    private Known table(TableId id, SnapshotDocument.@Nullable Table document, JsonPointer place) {
        if (document == null || document.columns() == null) {
            throw new IllegalArgumentException(id + " has no columns");
        }
        List<Column> columns = new ArrayList<>();
        Map<String, PostgresType> types = new LinkedHashMap<>();
        document.columns().forEach((name, column) -> {
            JsonPointer where = place.appendProperty("columns").appendProperty(name);
            PostgresType type = type(column == null ? null : column.typeItself(), where);
            types.put(name, type);
            columns.add(column(name, column, type, where));
        });
        List<String> key = words(document.key());
        boolean full = "full".equals(document.replicaIdentity());
        Relation relation = new Relation(
                tables++,
                id,
                RelationKind.TABLE,
                Persistence.PERMANENT,
                full ? ReplicaIdentity.FULL : ReplicaIdentity.DEFAULT,
                full ? List.of() : key,
                "",
                0);
        return new Known(
                new PostgresTable(
                        relation,
                        new TableSchema(id, columns, key),
                        Objects.requireNonNullElse(document.deferrableKey(), ""),
                        document.deferrableKey() != null,
                        List.of(),
                        false,
                        types),
                unique(document.unique()));
    }

    private static List<Set<String>> unique(@Nullable List<@Nullable List<@Nullable String>> sets) {
        return sets == null
                ? List.of()
                : sets.stream().map(set -> Set.copyOf(words(set))).toList();
    }

    private Column column(
            String name, SnapshotDocument.@Nullable Column document, PostgresType type, JsonPointer place) {
        if (document == null) {
            return Column.of(name, new ColumnType("", "", type.carrier(), false));
        }
        return new Column(
                name,
                new ColumnType(
                        type.name(),
                        Objects.requireNonNullElse(document.declared(), type.name()),
                        type.carrier(),
                        Boolean.TRUE.equals(document.toast())),
                !Boolean.TRUE.equals(document.notNull()),
                Boolean.TRUE.equals(document.hasDefault()),
                one(Generation.class, document.generated(), Generation.NONE, place.appendProperty("generated")));
    }

    private PostgresType type(SnapshotDocument.@Nullable Type document, JsonPointer place) {
        if (document == null || document.type() == null) {
            tree.problem(place, "A type is missing here.", ANEW);
            return new PostgresType("text", PostgresType.Kind.BASE, null, null, -1, List.of());
        }
        PostgresType.Kind kind =
                one(PostgresType.Kind.class, document.kind(), PostgresType.Kind.BASE, place.appendProperty("kind"));
        boolean composed =
                switch (kind) {
                    case ARRAY, DOMAIN, RANGE -> true;
                    default -> false;
                };
        return new PostgresType(
                document.type(),
                kind,
                document.extension(),
                composed ? type(document.of(), place.appendProperty("of")) : null,
                Objects.requireNonNullElse(document.modifier(), -1),
                words(document.labels()));
    }

    private <E extends Enum<E>> E one(Class<E> type, @Nullable String name, E otherwise, JsonPointer place) {
        if (name == null) {
            return otherwise;
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseGet(() -> {
                    tree.problem(place, "\"" + name + "\" is not known here.", ANEW);
                    return otherwise;
                });
    }

    private static List<String> words(@Nullable List<@Nullable String> words) {
        List<String> known = new ArrayList<>();
        if (words != null) {
            for (String word : words) {
                if (word != null) {
                    known.add(word);
                }
            }
        }
        return known;
    }
}
