package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.platform.Await;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.platform.WriteLoad;
import dev.switchback.transforms.schema.TableId;

/**
 * Members that apply are killed under load, and lose their state now and then; tables whose keys lookups decide, and that
 * rows hand keys to each other in, end as their {@code SELECT}s.
 */
class JoinedKillTest {

    private static final int ROWS = 200;
    private static final int WRITERS = 3;

    private static final TableId STORE = TableId.parse("store");
    private static final TableId SLOT = TableId.parse("slot");

    private static final String STORES =
            """
            SELECT COALESCE(s.merchant_id, m.merchant_id, 0) AS merchant_id, s.id, s.name, s.menu, t.title
            FROM store s LEFT JOIN lookup m ON m.store_id = s.id LEFT JOIN tier t ON t.id = m.merchant_id
            WHERE s.status <> 'closed'
            """;

    private static final String SLOTS = "SELECT place, id, note FROM slot";

    private static final String TABLES = "  public.store:\n    key: [merchant_id, id]\n    select: |\n"
            + STORES.indent(6) + "  public.slot:\n    key: [place]\n    select: \"" + SLOTS + "\"\n";

    @Test
    @Timeout(300)
    void aFewKills() throws InterruptedException {
        run(4, 1);
    }

    @Test
    @Tag("campaign")
    @Timeout(900)
    void manyKills() throws InterruptedException {
        run(25, Long.getLong("faults.seed", 1));
    }

    private static void run(int kills, long seed) throws InterruptedException {
        try (Platform platform = Platform.start("shop");
                Operator operator = new Operator(platform, "joined", TABLES)) {
            create(platform);
            operator.declare(
                    platform.source().settings(),
                    platform.destination().settings(),
                    "metrics: {port: 0}\ntopics: {partitions: 4}\nkafka: {bootstrap.servers: \""
                            + platform.bootstrapServers() + "\"}",
                    TABLES);
            Random random = new Random(seed);
            Map<String, ChildProcess> members = new HashMap<>();
            operator.start("run", "--roles", "capture", "--data", data(platform, "capture"));
            for (String member : List.of("a", "b")) {
                members.put(member, apply(operator, platform, member));
            }
            WriteLoad load = WriteLoad.start(platform.source(), WRITERS, seed, 60, JoinedKillTest::write);
            try (load) {
                awaitRows(platform);
                for (int kill = 0; kill < kills; kill++) {
                    Thread.sleep(500 + random.nextInt(4_000));
                    String member = random.nextBoolean() ? "a" : "b";
                    members.get(member).kill();
                    if (random.nextInt(3) == 0) {
                        delete(Path.of(data(platform, member)));
                    }
                    members.put(member, apply(operator, platform, member));
                }
            }
            Await.until(
                    "the destination to be what the SELECTs give",
                    Duration.ofSeconds(150),
                    () -> compare(platform).stream().allMatch(TableCompare.Result::equal));
            assertThat(platform.destination().value("SELECT count(*) FROM switchback.held"))
                    .isEqualTo("0");
            System.err.println("seed " + seed + "; " + kills + " kills; " + load.changes() + " changes; compared "
                    + compare(platform));
        }
    }

    private static List<TableCompare.Result> compare(Platform platform) {
        return TableCompare.compare(
                platform.source(), platform.destination(), List.of(STORE, SLOT), Map.of(STORE, STORES, SLOT, SLOTS), 3);
    }

    private static ChildProcess apply(Operator operator, Platform platform, String member) {
        return operator.start("run", "--roles", "apply", "--data", data(platform, member));
    }

    private static String data(Platform platform, String member) {
        return platform.directory().resolve("data-" + member).toString();
    }

    private static void awaitRows(Platform platform) {
        Await.until(
                "rows to arrive",
                Duration.ofMinutes(2),
                () -> Integer.parseInt(String.valueOf(platform.destination().value("SELECT count(*) FROM store")))
                        > 50);
    }

    private static void delete(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void create(Platform platform) {
        platform.source()
                .execute(
                        "CREATE TABLE store (id int PRIMARY KEY, merchant_id int, name text NOT NULL, menu text,"
                                + " status text NOT NULL DEFAULT 'open')",
                        "CREATE TABLE lookup (store_id int PRIMARY KEY, merchant_id int)",
                        "CREATE TABLE tier (id int PRIMARY KEY, title text)",
                        "CREATE TABLE slot (id int PRIMARY KEY, place int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED,"
                                + " note text)",
                        "INSERT INTO store SELECT i, NULL, 'store ' || i, repeat(md5(i::text), 200)"
                                + " FROM generate_series(1, " + ROWS + ") i",
                        "INSERT INTO lookup SELECT i, i % 9 FROM generate_series(1, " + ROWS + ", 2) i",
                        "INSERT INTO tier SELECT i, 'tier ' || i FROM generate_series(1, 5) i",
                        "INSERT INTO slot SELECT i, i, 'first' FROM generate_series(1, 60) i");
        platform.destination()
                .execute(
                        "CREATE TABLE store (merchant_id int, id int, name text, menu text, title text,"
                                + " PRIMARY KEY (merchant_id, id))",
                        "CREATE TABLE slot (place int PRIMARY KEY, id int, note text)");
    }

    private static int write(Connection connection, Random random, int writer, long number) throws SQLException {
        int id = 1 + random.nextInt(ROWS);
        return switch (random.nextInt(9)) {
            case 0 ->
                run(
                        connection,
                        "INSERT INTO lookup VALUES (?, ?) ON CONFLICT (store_id) DO UPDATE SET merchant_id = excluded.merchant_id",
                        id,
                        random.nextInt(9));
            case 1 -> run(connection, "DELETE FROM lookup WHERE store_id = ?", id);
            case 2 -> run(connection, "UPDATE tier SET title = ? WHERE id = ?", "t" + number, random.nextInt(6));
            case 3 -> run(connection, "UPDATE store SET name = ? WHERE id = ?", "n" + number, id);
            case 4 ->
                run(
                        connection,
                        "UPDATE store SET status = CASE status WHEN 'open' THEN 'closed' ELSE 'open' END WHERE id = ?",
                        id);
            case 5 ->
                run(connection, "UPDATE store SET merchant_id = nullif(?, 0) WHERE id = ?", random.nextInt(4), id);
            case 6 -> run(connection, "DELETE FROM store WHERE id = ?", id);
            case 7 ->
                run(
                        connection,
                        "INSERT INTO store (id, name, menu) VALUES (?, 'again', ?) ON CONFLICT DO NOTHING",
                        id,
                        "menu " + number);
            default -> swap(connection, random);
        };
    }

    /** Two rows take each other's place. */
    private static int swap(Connection connection, Random random) throws SQLException {
        int one = 1 + random.nextInt(60);
        int other = 1 + random.nextInt(60);
        run(connection, "SELECT 1 FROM slot WHERE id IN (?, ?) ORDER BY id FOR UPDATE", one, other);
        return run(
                connection,
                "UPDATE slot s SET place = o.place, note = s.note || '.' FROM slot o"
                        + " WHERE (s.id, o.id) IN ((?, ?), (?, ?))",
                one,
                other,
                other,
                one);
    }

    private static int run(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.execute() ? 0 : statement.getUpdateCount();
        }
    }
}
