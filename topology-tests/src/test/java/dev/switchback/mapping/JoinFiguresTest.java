package dev.switchback.mapping;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.platform.Await;

/** Prints what docs/mappings.md says of the size of what is remembered, and of rows a second. */
@Tag("campaign")
@Timeout(600)
class JoinFiguresTest {

    private static final int ROWS = 50_000;
    private static final int LOOKUPS = 25_000;

    private static final String TABLES =
            """
              public.store:
                key: [merchant_id, store_id]
                select: |
                  SELECT COALESCE(m.merchant_id, 0) AS merchant_id, s.store_id, s.name, s.a, s.b
                  FROM store s LEFT JOIN lookup m ON m.store_id = s.store_id
            """;

    @Test
    void print() throws IOException {
        try (MappedMigration migration = new MappedMigration()) {
            migration
                    .source()
                    .execute(
                            "CREATE TABLE store (store_id bigint PRIMARY KEY, name text, a int, b timestamptz)",
                            "CREATE TABLE lookup (store_id bigint PRIMARY KEY, merchant_id int)",
                            "INSERT INTO store SELECT i, md5(i::text), i, now() FROM generate_series(1, " + ROWS
                                    + ") i",
                            "INSERT INTO lookup SELECT i, i % 1000 FROM generate_series(1, " + LOOKUPS + ") i");
            migration
                    .destination()
                    .execute("CREATE TABLE store (merchant_id int, store_id bigint, name text, a int, b timestamptz,"
                            + " PRIMARY KEY (merchant_id, store_id))");
            migration.start(migration.plan(TABLES));
            awaitCount(
                    migration, "SELECT count(*) FROM store WHERE merchant_id > 0 OR store_id > " + LOOKUPS, ROWS - 100);
            long before = System.nanoTime();
            migration.source().execute("UPDATE lookup SET merchant_id = merchant_id + 1000");
            awaitCount(migration, "SELECT count(*) FROM store WHERE merchant_id >= 1000", LOOKUPS);
            double seconds = (System.nanoTime() - before) / 1e9;
            System.out.printf(
                    "%d rows moved by their lookup in %.1f s: %.0f a second%n", LOOKUPS, seconds, LOOKUPS / seconds);
            before = System.nanoTime();
            migration.source().execute("UPDATE store SET a = a + 1");
            awaitCount(migration, "SELECT count(*) FROM store WHERE a = store_id + 1", ROWS);
            seconds = (System.nanoTime() - before) / 1e9;
            System.out.printf("%d rows updated in %.1f s: %.0f a second%n", ROWS, seconds, ROWS / seconds);
            sizes(migration.directory()).forEach((store, bytes) -> System.out.printf("%s: %,d bytes%n", store, bytes));
        }
    }

    private static void awaitCount(MappedMigration migration, String query, int count) {
        Await.until(
                count + " rows",
                Duration.ofMinutes(4),
                () -> Integer.parseInt(String.valueOf(migration.destination().value(query))) >= count);
    }

    /** Of the stores on disk and of the topics, by name without their partitions. */
    private static Map<String, Long> sizes(Path directory) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String parent = String.valueOf(file.getParent().getFileName());
                sizes.merge(parent.replaceFirst("-\\d+$", ""), Files.size(file), Long::sum);
            }
        }
        sizes.keySet().removeIf(name -> !name.startsWith("join-") && !name.contains("forward"));
        return sizes;
    }
}
