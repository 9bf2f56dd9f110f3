package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;

/** What an application does at the destination comes back into the source, by a way back that is written by hand too. */
@Timeout(300)
class ReverseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void rowsComeBackAndKeepWhatTheDestinationDoesNotKnow() {
        String tables =
                """
                  public.price:
                    select: SELECT id, CAST(cents AS numeric(12,2)) / 100 AS amount, 'price ' || name AS title FROM price
                    reverse: SELECT id, CAST(round(amount * 100) AS bigint) AS cents, substring(title, 7) AS name FROM price
                  public.store:
                    key: [merchant, id]
                    select: SELECT id, merchant, name FROM store
                  public.item: {}
                  public.visit:
                    select: SELECT id, timezone('Europe/Berlin', came) AS came FROM visit
                """;
        try (Platform platform = Platform.databases("shop", Map.of());
                Operator operator = new Operator(platform, "shop", tables)) {
            EmbeddedDatabase source = platform.source();
            EmbeddedDatabase destination = platform.destination();
            source.execute(
                    "CREATE TABLE price (id int PRIMARY KEY, cents bigint NOT NULL, name text NOT NULL, note text)",
                    "CREATE TABLE store (id int PRIMARY KEY, merchant int NOT NULL, name text, note text DEFAULT 'new')",
                    "CREATE TYPE mood AS ENUM ('happy', 'sad')",
                    "CREATE TABLE item (id int PRIMARY KEY, code varchar(9), mood mood, document json, numbers int[])",
                    "INSERT INTO item SELECT i, 'c' || i, 'happy', '{\"a\":  1}', ARRAY[i] FROM generate_series(1, 4) i",
                    "CREATE TABLE visit (id int PRIMARY KEY, came timestamp)",
                    "INSERT INTO visit SELECT i, timestamp '2024-01-01 12:30' + i * interval '1 month'"
                            + " FROM generate_series(1, 12) i",
                    "INSERT INTO price SELECT i, i * 101, 'n' || i, 'note ' || i FROM generate_series(1, 5) i",
                    "INSERT INTO store SELECT i, i % 3, 'n' || i, 'note ' || i FROM generate_series(1, 50) i");
            destination.execute(
                    "CREATE TABLE price (id int PRIMARY KEY, amount numeric(12,2) NOT NULL, title text)",
                    "CREATE TABLE item (id bigint PRIMARY KEY, code text, mood text, document jsonb, numbers bigint[])",
                    "CREATE TABLE visit (id int PRIMARY KEY, came timestamptz)",
                    "CREATE TABLE store (id int, merchant int, name text, PRIMARY KEY (merchant, id))");
            operator.start("run");
            Await.until(
                    "the migration to follow",
                    PATIENCE,
                    () -> operator.status().path("phase").asText().equals("following"));
            assertThat(operator.ask("cutover", "--yes").output()).contains("Done: the destination takes writes");

            assertThat(destination.value("SELECT count(*) FROM visit WHERE timezone('Europe/Berlin', came)"
                            + " = timestamp '2024-01-01 12:30' + id * interval '1 month'"))
                    .isEqualTo("12");
            destination.execute(
                    "UPDATE item SET code = 'nine char', mood = 'sad', numbers = '{7,NULL}' WHERE id = 2",
                    "INSERT INTO item VALUES (5, 'new', NULL, '{\"b\":2}', '{}')",
                    "UPDATE visit SET came = came + interval '1 hour' WHERE id IN (3, 8)",
                    "INSERT INTO visit VALUES (13, timestamptz '2025-07-01 10:00 UTC'), (14, 'infinity')",
                    "UPDATE price SET amount = 19.99 WHERE id = 1",
                    "UPDATE price SET title = 'price changed' WHERE id = 2",
                    "DELETE FROM price WHERE id = 3",
                    "INSERT INTO price VALUES (6, 0.05, 'price new')");
            // Each in a transaction of its own: the two halves of a change of key are applied as they come.
            for (int id = 1; id <= 50; id++) {
                destination.execute("UPDATE store SET merchant = merchant + 10 WHERE id = " + id);
            }
            destination.execute(
                    "UPDATE store SET name = 'changed' WHERE id = 50",
                    "DELETE FROM store WHERE id = 49",
                    "INSERT INTO store VALUES (51, 3, 'new')");

            assertThat(operator.ask("revert", "--yes").output()).contains("Done: the source takes writes");
            assertThat(source.value("SELECT string_agg(p::text, ' ' ORDER BY id) FROM price p"))
                    .isEqualTo("(1,1999,n1,\"note 1\") (2,202,changed,\"note 2\") (4,404,n4,\"note 4\")"
                            + " (5,505,n5,\"note 5\") (6,5,new,)");
            assertThat(source.value("SELECT string_agg(i::text, ' ' ORDER BY id) FROM item i WHERE id IN (1, 2, 5)"))
                    .isEqualTo(
                            "(1,c1,happy,\"{\"\"a\"\":  1}\",{1}) (2,\"nine char\",sad,\"{\"\"a\"\": 1}\",\"{7,NULL}\")"
                                    + " (5,new,,\"{\"\"b\"\": 2}\",{})");
            assertThat(source.value("SELECT string_agg(came::text, ', ' ORDER BY id) FROM visit"
                            + " WHERE id IN (3, 8, 12, 13, 14)"))
                    .isEqualTo("2024-04-01 13:30:00, 2024-09-01 13:30:00, 2025-01-01 12:30:00, 2025-07-01 12:00:00,"
                            + " infinity");
            assertThat(source.value(
                            "SELECT count(*) FROM store WHERE id <= 48 AND merchant = id % 3 + 10 AND name = 'n'"
                                    + " || id AND note = 'note ' || id"))
                    .isEqualTo("48");
            assertThat(source.value("SELECT string_agg(s::text, ' ' ORDER BY id) FROM store s WHERE id > 48"))
                    .isEqualTo("(50,12,changed,\"note 50\") (51,3,new,new)");
        }
    }
}
