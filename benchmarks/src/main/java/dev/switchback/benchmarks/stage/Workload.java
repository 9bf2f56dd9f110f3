package dev.switchback.benchmarks.stage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;

import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.transforms.schema.TableId;

/**
 * The table and its changes: rows of 12 columns and about 512 bytes, 10 changes to a transaction, of which 6 are updates,
 * 3 are inserts and 1 is a delete. Made inside the database, so that making them costs little.
 */
public final class Workload {

    public static final TableId TABLE = new TableId("public", "bench");

    /** Changes in one transaction. */
    public static final int TRANSACTION = 10;

    /**
     * Rows inserted in one transaction in front of the changes that count, and again behind them: enough for some to
     * be in every partition, so that what has passed all of them has passed all that lies in front.
     */
    public static final int MARKS = 256;

    /** The ids of the marks in front are 1 to {@link #MARKS} below this. */
    public static final int BEGIN = 0;

    /** The ids of the marks behind. */
    public static final int END = -1_000;

    static final String CREATE_TABLE =
            """
            CREATE TABLE public.bench (
                id bigint PRIMARY KEY,
                account integer NOT NULL,
                kind smallint NOT NULL,
                active boolean NOT NULL,
                amount numeric(12,2) NOT NULL,
                ratio double precision NOT NULL,
                reference uuid NOT NULL,
                created_at timestamptz NOT NULL,
                changed_at timestamptz NOT NULL,
                attributes jsonb NOT NULL,
                payload text NOT NULL,
                note text)
            """;

    static final String ROW =
            """
            (random() * 1000000)::integer, (random() * 20)::smallint, random() < 0.5,
            round((random() * 100000)::numeric, 2), random(), gen_random_uuid(),
            clock_timestamp() - random() * interval '1000 days', clock_timestamp(),
            jsonb_build_object('channel', 'web', 'score', (random() * 100)::integer, 'tags', '["new","sale"]'::jsonb),
            repeat(md5(random()::text), 4), repeat(md5(random()::text), 6) || ' Grüße'""";

    static final String CHANGED =
            """
            account = (random() * 1000000)::integer, active = NOT active,
            amount = round((random() * 100000)::numeric, 2), changed_at = clock_timestamp(),
            note = repeat(md5(random()::text), 6) || ' Grüße'""";

    /** What a session does again and again; it chooses keys of its own. */
    private static final List<List<String>> BULK = List.of(bulk(0), bulk(1));

    private Workload() {}

    private static List<String> bulk(int session) {
        return List.of(
                "UPDATE public.bench SET " + CHANGED + " WHERE id = ANY (" + chosen(60, session) + ")",
                "INSERT INTO public.bench SELECT nextval('bench_id'), " + ROW + " FROM generate_series(1, 30)",
                "DELETE FROM public.bench WHERE id = ANY (" + chosen(10, session) + ")");
    }

    /** Keys of rows that were there once; some are deleted. */
    private static String chosen(int keys, int session) {
        return "ARRAY(SELECT 1 + " + session + " + 2 * floor(random() * (SELECT last_value / 2 FROM bench_id))::bigint"
                + " FROM generate_series(1, " + keys + "))";
    }

    /** Gives the table its rows, and creates what changes them. */
    static void fill(EmbeddedDatabase database, long keys) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT setseed(0.42)");
            statement.execute(
                    "INSERT INTO public.bench SELECT id, " + ROW + " FROM generate_series(1, " + keys + ") id");
            statement.execute(functions(keys));
            statement.execute("VACUUM ANALYZE public.bench");
        } catch (SQLException e) {
            throw new IllegalStateException("filling the table failed: " + e.getMessage(), e);
        }
    }

    private static String functions(long keys) {
        return String.format(
                """
            CREATE SEQUENCE bench_id START %1$d;

            CREATE FUNCTION bench_transaction() RETURNS bigint LANGUAGE plpgsql AS $$
            DECLARE
                chosen bigint;
                inserted bigint;
            BEGIN
                FOR i IN 1..6 LOOP
                    LOOP
                        chosen := 1 + floor(random() * %2$d);
                        UPDATE public.bench SET %4$s WHERE id = chosen;
                        EXIT WHEN FOUND;
                    END LOOP;
                END LOOP;
                FOR i IN 1..3 LOOP
                    INSERT INTO public.bench SELECT nextval('bench_id'), %3$s RETURNING id INTO inserted;
                END LOOP;
                LOOP
                    chosen := 1 + floor(random() * %2$d);
                    DELETE FROM public.bench WHERE id = chosen;
                    EXIT WHEN FOUND;
                END LOOP;
                RETURN inserted;
            END $$;

            CREATE PROCEDURE bench_changes(transactions integer) LANGUAGE plpgsql AS $$
            BEGIN
                FOR i IN 1..transactions LOOP
                    PERFORM bench_transaction();
                    COMMIT;
                END LOOP;
            END $$;
            """,
                keys + 1, keys, ROW, CHANGED);
    }

    /**
     * Makes changes: marks, those that count, marks.
     *
     * @return where those that count begin in the log
     */
    static String change(EmbeddedDatabase database, int changes) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            // The backlog is made, not measured.
            statement.execute("SET synchronous_commit = off");
            statement.execute("SELECT setseed(0.17)");
            statement.execute(mark(BEGIN));
            String begin = database.value("SELECT pg_current_wal_insert_lsn()");
            statement.execute("CALL bench_changes(" + changes / TRANSACTION + ")");
            statement.execute("SET synchronous_commit = on");
            statement.execute(mark(END));
            return Objects.requireNonNull(begin);
        } catch (SQLException e) {
            throw new IllegalStateException("changing the workload failed: " + e.getMessage(), e);
        }
    }

    /**
     * Makes changes of the same kinds, in about the same shares, and of as freely chosen keys, but a hundred to a
     * transaction, which is cheaper to make.
     *
     * @param session 0 or 1: two at a time, which change no row of each other's and so cannot wait for each other
     * @return how many
     */
    public static long changeInBulk(Connection connection, int session) throws SQLException {
        long changes = 0;
        for (String sql : BULK.get(session)) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                changes += statement.executeUpdate();
            }
        }
        connection.commit();
        return changes;
    }

    /**
     * Which share of the changes of a batch is expected to fold into others of it: updates and deletes choose their keys
     * uniformly, inserts have new ones.
     */
    public static double foldedShare(long keys, int batch) {
        double choosing = 0.7 * batch;
        double different = keys * -Math.expm1(choosing * Math.log1p(-1.0 / keys));
        return (choosing - different) / batch;
    }

    /** How many of the marks are visible. */
    public static String countMarks(int which) {
        return "SELECT count(*) FROM public.bench WHERE id BETWEEN " + (which - MARKS) + " AND " + (which - 1);
    }

    private static String mark(int which) {
        return "INSERT INTO public.bench SELECT " + which + " - n, " + ROW + " FROM generate_series(1, " + MARKS
                + ") n";
    }
}
