package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.debezium.CaptureListener;
import dev.switchback.platform.Platform;

/** How long a commit takes to be in Kafka when there is nothing else to do, and how many changes a second get there. */
@Tag("campaign")
class CapturePaceTest {

    private static final Logger LOG = LoggerFactory.getLogger(CapturePaceTest.class);

    @Test
    void aCommitIsInKafkaWithinMillisecondsAndManyAreWithinSeconds() throws Exception {
        try (Platform platform = Platform.start("shop")) {
            platform.source()
                    .execute("CREATE TABLE pace (id bigint PRIMARY KEY, at timestamptz DEFAULT now(), body text)");
            BlockingQueue<Long> committed = new LinkedBlockingQueue<>();
            try (CaptureRig rig =
                    new CaptureRig("pace", platform.source(), platform.bootstrapServers(), "public.pace")) {
                rig.listener = new CaptureListener() {
                    @Override
                    public void committed(Committed batch) {
                        if (batch.changes() > 0) {
                            committed.add(System.nanoTime());
                        }
                    }
                };
                rig.publish().startStreaming();
                List<Long> micros = latencies(platform, committed, 400);
                long cpu = idleCpuMillis(Duration.ofSeconds(5));
                long began = System.nanoTime();
                platform.source()
                        .execute("INSERT INTO pace SELECT i, now(), repeat('x', 300) FROM generate_series("
                                + "1000000, 1299999) i");
                rig.awaitCaughtUp();
                double seconds = (System.nanoTime() - began) / 1e9;
                LOG.warn(
                        "commit to Kafka p50 {} us, p90 {} us, p99 {} us; idle CPU {} ms in 5 s; {} changes/s",
                        micros.get(micros.size() / 2),
                        micros.get(micros.size() * 9 / 10),
                        micros.get(micros.size() * 99 / 100),
                        cpu,
                        Math.round(300_000 / seconds));
                assertThat(micros.get(micros.size() / 2)).isLessThan(50_000);
            }
        }
    }

    private static List<Long> latencies(Platform platform, BlockingQueue<Long> committed, int count) throws Exception {
        List<Long> micros = new ArrayList<>();
        try (Connection connection = platform.source().connect();
                var insert = connection.prepareStatement("INSERT INTO pace VALUES (?)")) {
            committed.clear();
            for (int i = 0; i < count; i++) {
                insert.setLong(1, i);
                insert.execute();
                long done = System.nanoTime();
                Long kafka = committed.poll(30, TimeUnit.SECONDS);
                assertThat(kafka).isNotNull();
                micros.add((kafka - done) / 1000);
            }
        }
        Collections.sort(micros);
        return micros;
    }

    private static long idleCpuMillis(Duration during) throws InterruptedException {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long before = system.getProcessCpuTime();
        new java.util.concurrent.CountDownLatch(1).await(during.toMillis(), TimeUnit.MILLISECONDS);
        return (system.getProcessCpuTime() - before) / 1_000_000;
    }
}
