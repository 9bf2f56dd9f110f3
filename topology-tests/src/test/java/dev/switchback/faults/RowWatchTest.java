package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.switchback.platform.Await;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.platform.WriteLoad;

/** The campaigns' own instruments: what they would not notice, no campaign finds. */
class RowWatchTest {

    private static Platform platform;
    private static RowWatch watch;

    @BeforeAll
    static void start() {
        platform = Platform.databases("faults", Map.of());
        FaultTables.create(platform.source());
        FaultTables.create(platform.destination());
        watch = RowWatch.on(platform.destination());
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void anOlderVersionIsNoticedEvenAfterADeleteAndInAReplicationRole() {
        platform.destination()
                .execute(
                        "SET session_replication_role = replica",
                        "INSERT INTO pair VALUES (1, 2, 10, 'a')",
                        "UPDATE pair SET version = 11 WHERE b = 2",
                        "DELETE FROM pair WHERE b = 2",
                        "INSERT INTO pair VALUES (1, 3, 10, 'another key')");
        assertThat(watch.backwards()).isEmpty();
        platform.destination()
                .execute("SET session_replication_role = replica", "INSERT INTO pair VALUES (1, 2, 10, 'again')");
        assertThat(watch.backwards()).containsExactly("pair (1,2): version 10 after 11");
    }

    @Test
    void theWritersDoAllTheyAreMeantTo() {
        FaultTables.seed(platform.source());
        try (WriteLoad load = WriteLoad.start(platform.source(), FaultTables.WRITERS, 7, 400, new FaultTables())) {
            FaultTables.copy(platform.source(), 0, 10_000);
            Await.until("1,000 changes", Duration.ofSeconds(30), () -> {
                load.rethrowFailure();
                return load.changes() > 1_000;
            });
        }
        assertThat(platform.source().value("SELECT count(*) FROM bulk")).isEqualTo("10000");
        List<TableCompare.Result> results =
                TableCompare.compare(platform.source(), platform.destination(), FaultTables.TABLES, 1);
        assertThat(results).allSatisfy(result -> assertThat(result.equal()).isFalse());
    }
}
