package dev.switchback.benchmarks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import dev.switchback.benchmarks.contender.Running;
import dev.switchback.benchmarks.stage.ManyTables;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.platform.Await;
import dev.switchback.transforms.schema.TableId;

/** PostgreSQL's own logical replication of many tables: what they cost the two servers by themselves. */
final class NativeFollower implements Follower {

    private static final String NAME = "bench_native";
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private final Stage stage;
    /** Kept, so that asking costs the server as little as asking Switchback does. */
    private final Connection source;

    private NativeFollower(Stage stage, Connection source) {
        this.stage = stage;
        this.source = source;
    }

    /** Lets it copy the tables, and stops it when it follows. */
    static NativeFollower copied(Stage stage, ManyTables tables) {
        String names = tables.ids().stream().map(TableId::toString).collect(Collectors.joining(", "));
        stage.source().execute("CREATE PUBLICATION " + NAME + " FOR TABLE " + names);
        stage.destination()
                .execute("CREATE SUBSCRIPTION " + NAME + " CONNECTION '" + stage.sourceConnection() + "' PUBLICATION "
                        + NAME + " WITH (binary = true)");
        Await.until("the tables to be copied", PATIENCE, () -> "t"
                .equals(stage.destination().value("SELECT bool_and(srsubstate = 'r') FROM pg_subscription_rel")));
        stage.destination().execute("ALTER SUBSCRIPTION " + NAME + " DISABLE");
        try {
            return new NativeFollower(stage, stage.source().connect());
        } catch (SQLException e) {
            throw new IllegalStateException("the source cannot be asked: " + e.getMessage(), e);
        }
    }

    @Override
    public Running start() {
        Await.until("its last worker to have left", PATIENCE, () -> "t"
                .equals(stage.source().value("SELECT count(*) = 0 FROM pg_stat_replication")));
        stage.destination().execute("ALTER SUBSCRIPTION " + NAME + " ENABLE");
        return new Running(
                List.of(), null, () -> stage.destination().execute("ALTER SUBSCRIPTION " + NAME + " DISABLE"));
    }

    @Override
    public BooleanSupplier mark() {
        String applied = "SELECT bool_or(replay_lsn >= '" + stage.logEnd() + "'::pg_lsn) FROM pg_stat_replication";
        return () -> {
            try (Statement statement = source.createStatement();
                    ResultSet rows = statement.executeQuery(applied)) {
                rows.next();
                return rows.getBoolean(1);
            } catch (SQLException e) {
                throw new IllegalStateException("the source cannot be asked: " + e.getMessage(), e);
            }
        };
    }

    /** Its slot and subscription go with the stage. */
    @Override
    public void close() {
        try {
            source.close();
        } catch (SQLException e) {
            throw new IllegalStateException("closing failed: " + e.getMessage(), e);
        }
    }
}
