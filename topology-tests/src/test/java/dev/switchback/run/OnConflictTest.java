package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;

/** What becomes of rows that the destination has already, by each behaviour, in the copy and in what follows it. */
@Timeout(300)
class OnConflictTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final List<String> TABLES = List.of("newer", "fill", "only_insert", "compare");

    @Test
    void eachTableDoesWithThemWhatItsFileSays() {
        String tables =
                """
                  public.newer: {on_conflict: newer, newer_by: at, keep_declined: true}
                  public.newer_labelled:
                    on_conflict: newer
                    newer_by: at
                    keep_declined: true
                    select: SELECT n.id, l.label AS name, n.at FROM newer_labelled n LEFT JOIN label l ON l.id = n.id
                  public.fill: {on_conflict: fill}
                  public.only_insert: {on_conflict: insert, keep_declined: true}
                  public.compare: {on_conflict: compare}
                """;
        try (Platform platform = Platform.databases("shop", Map.of());
                Operator operator = new Operator(platform, "shop", tables)) {
            EmbeddedDatabase source = platform.source();
            EmbeddedDatabase destination = platform.destination();
            for (String table : TABLES) {
                for (EmbeddedDatabase side : List.of(source, destination)) {
                    side.execute("CREATE TABLE " + table + " (id int PRIMARY KEY, name text UNIQUE, at timestamptz)");
                }
                source.execute("INSERT INTO " + table
                        + " SELECT i, 'source ' || i, '2024-01-01' FROM generate_series(1, 4) i");
                // 1 is older there, 2 newer, 3 the same; and a row has a name that the source gives to row 6 later.
                destination.execute(
                        "INSERT INTO " + table + " VALUES (1, 'old', '2023-01-01'), (2, 'new', '2025-01-01'),"
                                + " (3, 'source 3', '2024-01-01'), (9, 'taken', NULL)");
            }
            source.execute("ALTER TABLE newer REPLICA IDENTITY FULL");
            labelled(source, destination);
            operator.start("run");
            Await.until(
                    "the migration to follow",
                    PATIENCE,
                    () -> operator.status().path("phase").asText().equals("following"));
            for (String table : TABLES) {
                source.execute(
                        "UPDATE " + table + " SET name = 'changed', at = '2024-06-01' WHERE id = 3",
                        "DELETE FROM " + table + " WHERE id = 4",
                        "INSERT INTO " + table + " VALUES (5, 'source 5', '2024-01-01')");
            }
            source.execute(
                    "INSERT INTO only_insert VALUES (6, 'taken', '2024-01-01')",
                    "DELETE FROM newer WHERE id = 2",
                    "DELETE FROM newer_labelled WHERE id < 3");
            Await.until("nothing to be under way", PATIENCE, () -> operator.status()
                    .path("idle")
                    .asBoolean());

            assertThat(rows(destination, "newer")).isEqualTo("1 source 1, 2 new, 3 changed, 5 source 5, 9 taken");
            assertThat(rows(destination, "newer_labelled")).isEqualTo("2 new, 3 three");
            assertThat(rows(destination, "fill"))
                    .isEqualTo("1 old, 2 new, 3 source 3, 4 source 4, 5 source 5, 9 taken");
            assertThat(rows(destination, "only_insert"))
                    .isEqualTo("1 old, 2 new, 3 source 3, 4 source 4, 5 source 5, 9 taken");
            assertThat(rows(destination, "compare")).isEqualTo("1 old, 2 new, 3 source 3, 9 taken");

            assertThat(count(operator, "newer", "declined")).isEqualTo(2);
            assertThat(count(operator, "newer_labelled", "declined")).isEqualTo(2);
            assertThat(count(operator, "fill", "declined")).isEqualTo(5);
            assertThat(count(operator, "only_insert", "declined")).isEqualTo(6);
            assertThat(count(operator, "compare", "differing")).isEqualTo(4);
            assertThat(destination.value(
                            "SELECT string_agg(table_name || ' ' || mutation || ' ' || (content->>'id'), ', '"
                                    + " ORDER BY table_name, mutation, content->>'id') FROM switchback.declined"))
                    .isEqualTo("public.newer remove 2, public.newer upsert 2, public.newer_labelled remove 2,"
                            + " public.newer_labelled upsert 2, public.only_insert remove 4, public.only_insert upsert 1,"
                            + " public.only_insert upsert 2, public.only_insert upsert 3, public.only_insert upsert 3,"
                            + " public.only_insert upsert 6");
            assertThat(operator.ask("held").output())
                    .contains("No change is held.")
                    .contains(
                            "differs  public.compare [3]: the source has {\"at\": \"2024-06-01T00:00:00+00:00\", \"id\": 3")
                    .contains("differs  public.compare [5]: the source has");
            assertThat(operator.ask("cutover", "--dry-run").output())
                    .contains("Table public.compare is only compared with public.compare");

            source.execute("UPDATE compare SET name = 'source 3', at = '2024-01-01' WHERE id = 3");
            Await.until("row 3 to be the same again", PATIENCE, () -> count(operator, "compare", "differing") == 3);
        }
    }

    /** Its rows go through a mutation topic, which remembers how old they were. */
    private static void labelled(EmbeddedDatabase source, EmbeddedDatabase destination) {
        for (EmbeddedDatabase side : List.of(source, destination)) {
            side.execute("CREATE TABLE newer_labelled (id int PRIMARY KEY, name text, at timestamptz)");
        }
        source.execute(
                "CREATE TABLE label (id int PRIMARY KEY, label text)",
                "INSERT INTO label VALUES (1, 'one'), (2, 'two'), (3, 'three')",
                "INSERT INTO newer_labelled SELECT i, NULL, '2024-01-01' FROM generate_series(1, 3) i");
        destination.execute("INSERT INTO newer_labelled VALUES (2, 'new', '2025-01-01')");
    }

    private static String rows(EmbeddedDatabase database, String table) {
        return String.valueOf(database.value("SELECT string_agg(id || ' ' || name, ', ' ORDER BY id) FROM " + table));
    }

    private static long count(Operator operator, String table, String what) {
        for (JsonNode each : operator.status().path("tables")) {
            if (each.path("table").asText().equals("public." + table)) {
                return each.path(what).asLong();
            }
        }
        throw new AssertionError("no table " + table);
    }
}
