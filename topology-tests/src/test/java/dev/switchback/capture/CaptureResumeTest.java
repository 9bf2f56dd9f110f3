package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

import dev.switchback.connectors.debezium.CaptureSettings.Tuning;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.platform.Platform;

/** Failures on either side of the Kafka commit, in the middle of transactions whose changes share LSNs. */
class CaptureResumeTest {

    private static final int FAILURES = 12;
    private static final int COPIED = 10_000;

    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.start("shop");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_KAFKA_COMMIT", "AFTER_KAFKA_COMMIT"})
    void changesComeOnceAndInOrderWhateverFails(Point point) throws Exception {
        String table = "resume_" + point.name().toLowerCase(java.util.Locale.ROOT);
        platform.source().execute("CREATE TABLE " + table + " (id bigint PRIMARY KEY, note text)");
        Failing faults = new Failing(point);
        try (CaptureRig rig =
                new CaptureRig(table, platform.source(), platform.bootstrapServers(), "public." + table)) {
            rig.tuning = smallBatches();
            rig.faults = faults;
            rig.publish().startStreaming();
            faults.arm();

            copyWhileOthersWrite(table);
            platform.source().execute("UPDATE " + table + " SET id = id + 1000000 WHERE id <= 3000");
            rig.awaitCaughtUp();

            assertThat(faults.failed.get()).isEqualTo(FAILURES);
            assertThat(rig.state().restarts()).isEqualTo(FAILURES);
            assertThat(rig.changes("public." + table)).hasSize(2 * COPIED + 2 * 3000);
            assertThat(rig.replayed("public." + table, "id")).isEqualTo(rig.rows(table, List.of("id", "note"), "id"));
        }
    }

    /** One transaction copies; a second one, open all the while, writes rows between its pages and commits first. */
    private static void copyWhileOthersWrite(String table) throws Exception {
        try (Connection copying = platform.source().connect();
                Connection other = platform.source().connect()) {
            copying.setAutoCommit(false);
            other.setAutoCommit(false);
            for (int part = 0; part < 10; part++) {
                int from = part * COPIED / 10;
                copy(copying, table, from, COPIED / 10);
                copy(other, table, 100_000 + from, COPIED / 10);
            }
            other.commit();
            copying.commit();
        }
    }

    private static void copy(Connection connection, String table, int from, int count) throws Exception {
        String rows = IntStream.range(from, from + count)
                .mapToObj(i -> (i + 1) + "\tcopied " + i + "\n")
                .collect(Collectors.joining());
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table + " FROM STDIN", new StringReader(rows));
    }

    private static Tuning smallBatches() {
        return new Tuning(
                700,
                2000,
                64 << 20,
                Duration.ofMillis(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(20),
                Duration.ofMillis(20),
                Duration.ofMillis(50),
                Duration.ofSeconds(8));
    }

    /** Fails at every second or third passing of a point, a fixed number of times. */
    private static final class Failing implements FaultPoints {
        private final Point where;
        private final Random random = new Random(7);
        private final AtomicInteger failed = new AtomicInteger();
        private volatile boolean armed;

        Failing(Point where) {
            this.where = where;
        }

        void arm() {
            armed = true;
        }

        @Override
        public void reached(Point point) {
            if (armed && point == where && failed.get() < FAILURES && random.nextInt(5) < 2) {
                throw new IllegalStateException("fault " + failed.incrementAndGet() + " at " + point);
            }
        }
    }
}
