package dev.switchback.pipeline.snapshot;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.pipeline.file.FileProblems;
import dev.switchback.pipeline.file.FileText;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.sql.LookupTables;

/**
 * The tables of a migration as they were when somebody looked.
 *
 * @param source the declared tables and those that rows are looked up in, by name
 * @param destination the tables that are written, by name
 */
public record SchemaSnapshot(Map<TableId, Known> source, Map<TableId, Known> destination) {

    /**
     * A table.
     *
     * @param table of one that was read from a file, only schema, types, key and replica identity are what they were
     * @param unique the sets of columns of which no two rows ever have the same values, the primary key among them
     */
    public record Known(PostgresTable table, List<Set<String>> unique) {

        public Known {
            unique = unique.stream()
                    .sorted(Comparator.comparing(columns -> new TreeSet<>(columns).toString()))
                    .toList();
        }
    }

    public SchemaSnapshot {
        source = Collections.unmodifiableMap(new TreeMap<>(source));
        destination = Collections.unmodifiableMap(new TreeMap<>(destination));
    }

    /**
     * Looks at both databases.
     *
     * @throws ProblemException with every table that is missing, every {@code SELECT} that cannot be read, and each
     *     database that does not answer
     */
    public static SchemaSnapshot take(MigrationFile file) {
        return new SnapshotTaking(file).snapshot();
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @param missing what to do when there is no such file
     * @throws ProblemException of kind BAD_INPUT with everything that is wrong with it
     */
    public static SchemaSnapshot read(Path path, String missing) {
        return parse(String.valueOf(path.getFileName()), FileText.of(path, missing));
    }

    static SchemaSnapshot parse(String name, String text) {
        return SnapshotReader.read(text, new FileProblems(name));
    }

    /**
     * As YAML, always the same for the same tables.
     *
     * @param file the migration file's name
     */
    public String text(MigrationFile migration, String file) {
        return new SnapshotText().of(this, migration.migration(), file);
    }

    public Map<TableId, PostgresTable> sources() {
        return tables(source);
    }

    public Map<TableId, PostgresTable> destinations() {
        return tables(destination);
    }

    /** Finds the source's tables that rows can be looked up in. */
    public LookupTables lookups() {
        return id -> Optional.ofNullable(source.get(id))
                .filter(known -> !known.table().schema().key().isEmpty())
                .map(known -> new LookupTables.Found(known.table().schema(), known.unique()));
    }

    private static Map<TableId, PostgresTable> tables(Map<TableId, Known> known) {
        return known.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .table()));
    }
}
