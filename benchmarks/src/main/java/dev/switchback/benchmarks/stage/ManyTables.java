package dev.switchback.benchmarks.stage;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.TableCompare;
import dev.switchback.transforms.schema.TableId;

/** The workload spread over many tables of the same kind: the same rows in all, the same changes, each of any table. */
public final class ManyTables {

    private final Stage stage;
    private final int tables;

    private ManyTables(Stage stage, int tables) {
        this.stage = stage;
        this.tables = tables;
    }

    /** Creates the tables on both sides, and fills those of the source. */
    public static ManyTables create(Stage stage, int tables) {
        ManyTables many = new ManyTables(stage, tables);
        long keys = stage.size().keys() / tables;
        for (EmbeddedDatabase side : List.of(stage.source(), stage.destination())) {
            many.ids().stream()
                    .skip(1)
                    .forEach(table ->
                            side.execute("CREATE TABLE " + table + " (LIKE " + Workload.TABLE + " INCLUDING ALL)"));
        }
        Workload.fill(stage.source(), keys);
        many.ids().stream().skip(1).forEach(table -> stage.source()
                .execute("INSERT INTO " + table + " SELECT * FROM " + Workload.TABLE));
        stage.source().execute(spread(keys), "ANALYZE");
        return many;
    }

    /** All of them. */
    public List<TableId> ids() {
        return IntStream.rangeClosed(1, tables)
                .mapToObj(i -> i == 1 ? Workload.TABLE : new TableId("public", "bench_" + i))
                .toList();
    }

    /** Makes so many changes, half of them in either of two sessions, which share no rows and so cannot wait for each other. */
    public void change(int changes) {
        CompletableFuture<Void> half = CompletableFuture.runAsync(() -> change(changes / 2, 0));
        try {
            change(changes / 2, 1);
        } finally {
            half.exceptionally(failure -> null).join();
        }
        try {
            half.join();
        } catch (CompletionException e) {
            throw new IllegalStateException(String.valueOf(e.getCause()), e);
        }
    }

    private void change(int changes, int session) {
        try (Connection connection = stage.source().connect();
                Statement statement = connection.createStatement()) {
            // They are made, not measured.
            statement.execute("SET synchronous_commit = off");
            statement.execute(
                    "CALL bench_spread(" + changes / Workload.TRANSACTION + ", " + tables + ", " + session + ")");
        } catch (SQLException e) {
            throw new IllegalStateException("changing the workload failed: " + e.getMessage(), e);
        }
    }

    /** What is different between both sides, for people; empty if nothing is. */
    public String differences() {
        long different = TableCompare.compare(stage.source(), stage.destination(), ids(), 1).stream()
                .filter(result -> !result.equal())
                .count();
        return different == 0 ? "" : different + " of " + tables + " tables differ";
    }

    private static String spread(long keys) {
        return String.format(
                Locale.ROOT,
                """
                CREATE FUNCTION bench_name(n bigint, tables integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
                    SELECT 'bench' || CASE n %% tables WHEN 0 THEN '' ELSE '_' || 1 + n %% tables END
                $$;

                CREATE PROCEDURE bench_spread(transactions integer, tables integer, session integer) LANGUAGE plpgsql AS $$
                DECLARE
                    filled bigint := %1$d::bigint * tables;
                    last bigint;
                    n bigint;
                    id bigint;
                    done bigint;
                BEGIN
                    FOR t IN 1..transactions LOOP
                        SELECT last_value INTO last FROM bench_id;
                        FOR i IN 1..7 LOOP
                            LOOP
                                -- Of all rows that there ever were; those that came later stand in the table of their id.
                                n := floor(random() * (filled + last - %1$d));
                                id := CASE WHEN n < filled THEN 1 + n / tables ELSE n - filled + %1$d + 1 END;
                                CONTINUE WHEN id %% 2 <> session;
                                EXECUTE format(CASE WHEN i < 7 THEN
                                    'UPDATE %%I SET %3$s WHERE id = %%s'
                                    ELSE 'DELETE FROM %%I WHERE id = %%s' END,
                                    bench_name(CASE WHEN n < filled THEN n ELSE id END, tables), id);
                                GET DIAGNOSTICS done = ROW_COUNT;
                                EXIT WHEN done > 0;
                            END LOOP;
                        END LOOP;
                        FOR i IN 1..3 LOOP
                            id := nextval('bench_id');
                            EXECUTE format('INSERT INTO %%I SELECT %%s, %2$s', bench_name(id, tables), id);
                        END LOOP;
                        COMMIT;
                    END LOOP;
                END $$;
                """,
                keys,
                Workload.ROW.replace("'", "''"),
                Workload.CHANGED.replace("'", "''"));
    }
}
