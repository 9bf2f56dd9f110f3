package dev.switchback.faults;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.postgresql.PGConnection;

import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.WriteLoad;
import dev.switchback.transforms.schema.TableId;

/**
 * The tables that the campaigns write to. Every write takes the next value of one sequence as the row's {@code version},
 * and every key belongs to one writer, so that the versions of a key grow in the order of the log, through deletes and
 * key changes too.
 */
final class FaultTables implements WriteLoad.Transaction {

    static final List<TableId> TABLES =
            Stream.of("item", "pair", "bulk", "progress").map(TableId::parse).toList();

    /** The table of {@link #copy}. */
    static final TableId BULK = TableId.parse("bulk");

    static final int WRITERS = 4;

    /** No writer changes more rows at once, each by two messages of the log at most. */
    static final int CHANGES_PER_TRANSACTION = 10;

    private static final int KEYS_PER_WRITER = 300;
    private static final int BIG = 6_000;

    static void create(EmbeddedDatabase database) {
        database.execute(
                "CREATE SEQUENCE version CACHE 1",
                "CREATE TABLE item (id bigint PRIMARY KEY, version bigint NOT NULL, amount numeric, big text)",
                "CREATE TABLE pair (a int, b bigint, version bigint NOT NULL, note text, PRIMARY KEY (a, b))",
                "CREATE TABLE bulk (id bigint PRIMARY KEY, version bigint NOT NULL, payload text)",
                "CREATE TABLE progress (writer int PRIMARY KEY, version bigint NOT NULL, number bigint NOT NULL)");
    }

    /** Rows that the snapshot has to bring. */
    static void seed(EmbeddedDatabase database) {
        database.execute(
                "INSERT INTO item SELECT n, nextval('version'), n / 7.0, repeat(md5(n::text), 200)"
                        + " FROM generate_series(0, " + (WRITERS * KEYS_PER_WRITER - 1) + ", 2) n",
                "INSERT INTO pair SELECT n % 4, n, nextval('version'), 'seed'" + " FROM generate_series(0, "
                        + (WRITERS * KEYS_PER_WRITER - 1) + ", 2) n");
    }

    /** Rows of one COPY: one transaction, and few LSNs for many rows. */
    static void copy(EmbeddedDatabase database, long firstId, int rows) {
        long version = Long.parseLong(database.value("SELECT setval('version', nextval('version') + " + rows + ")"));
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < rows; i++) {
            lines.append(firstId + i).append('\t').append(version - rows + i).append("\tcopied\n");
        }
        try (Connection connection = database.connect()) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY bulk FROM STDIN", new StringReader(lines.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives rows of {@link #copy} other keys, in one transaction. */
    static void moveBulk(EmbeddedDatabase database, long firstId, int rows) {
        database.execute("UPDATE bulk SET id = id + " + rows + ", version = nextval('version') WHERE id >= " + firstId
                + " AND id < " + (firstId + rows));
    }

    /** Changes each of a few rows of {@link #copy} many times, in one transaction. */
    static void updateBulk(EmbeddedDatabase database, long rows, int times) {
        database.execute("DO $$ BEGIN FOR i IN 1.." + times + " LOOP UPDATE bulk SET version = nextval('version')"
                + " WHERE id < " + rows + "; END LOOP; END $$");
    }

    @Override
    public int write(Connection connection, Random random, int writer, long number) throws SQLException {
        int changes = 0;
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            changes += change(connection, random, key(random, writer));
        }
        return changes
                + run(
                        connection,
                        "INSERT INTO progress VALUES (?, nextval('version'), ?)"
                                + " ON CONFLICT (writer) DO UPDATE SET number = excluded.number, version = excluded.version",
                        writer,
                        number);
    }

    private static int change(Connection connection, Random random, long key) throws SQLException {
        int dice = random.nextInt(100);
        if (dice < 30) {
            return run(
                    connection,
                    "INSERT INTO item VALUES (?, nextval('version'), ?, ?) ON CONFLICT (id) DO UPDATE"
                            + " SET version = excluded.version, amount = excluded.amount",
                    key,
                    random.nextInt(1000),
                    noise(random));
        } else if (dice < 55) {
            // Leaves big alone: the log does not contain it.
            return run(
                    connection,
                    "UPDATE item SET version = nextval('version'), amount = amount + 0.10 WHERE id = ?",
                    key);
        } else if (dice < 67) {
            return run(connection, "DELETE FROM item WHERE id = ?", key);
        } else if (dice < 79) {
            return moveItem(connection, random, key);
        } else if (dice < 90) {
            return run(
                    connection,
                    "INSERT INTO pair VALUES (?, ?, nextval('version'), 'new') ON CONFLICT (a, b) DO UPDATE"
                            + " SET version = excluded.version, note = pair.note || '.'",
                    (int) (key % 4),
                    key);
        }
        return movePair(connection, random, key);
    }

    /** Another key, with the large value left alone; the old key may be taken again later. */
    private static int moveItem(Connection connection, Random random, long key) throws SQLException {
        long target = key(random, (int) (key % WRITERS));
        return run(
                connection,
                "UPDATE item SET id = ?, version = nextval('version') WHERE id = ?"
                        + " AND NOT EXISTS (SELECT 1 FROM item WHERE id = ?)",
                target,
                key,
                target);
    }

    /** Half of a composite key; many of the pairs of old and new key share a partition. */
    private static int movePair(Connection connection, Random random, long key) throws SQLException {
        int target = random.nextInt(4);
        return run(
                connection,
                "UPDATE pair SET a = ?, version = nextval('version') WHERE b = ? AND a = (SELECT min(a) FROM pair WHERE b = ?)"
                        + " AND NOT EXISTS (SELECT 1 FROM pair WHERE a = ? AND b = ?)",
                target,
                key,
                key,
                target,
                key);
    }

    private static long key(Random random, int writer) {
        return (long) random.nextInt(KEYS_PER_WRITER) * WRITERS + writer;
    }

    private static String noise(Random random) {
        StringBuilder text = new StringBuilder(BIG);
        while (text.length() < BIG) {
            text.append(Long.toHexString(random.nextLong()));
        }
        return text.toString();
    }

    private static int run(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }
}
