package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

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

    private static final AtomicLong ID = new AtomicLong();

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
                long start = System.nanoTime();
                rig.publish().startStreaming();
                long startMillis = (System.nanoTime() - start) / 1_000_000;
                rig.stop();
                long again = System.nanoTime();
                rig.startStreaming();
                long againMillis = (System.nanoTime() - again) / 1_000_000;
                latencies(platform, committed, 400, Duration.ZERO); // warms up
                List<Long> micros = latencies(platform, committed, 400, Duration.ZERO);
                List<Long> spaced = latencies(platform, committed, 200, Duration.ofMillis(50));
                List<Long> toSend = rig.sendDelays("public.pace");
                Map<String, Long> cpu = idleCpuMillis(Duration.ofSeconds(10));
                long began = System.nanoTime();
                platform.source()
                        .execute("INSERT INTO pace SELECT i, now(), repeat('x', 300) FROM generate_series("
                                + "1000000, 1299999) i");
                rig.awaitCaughtUp();
                double seconds = (System.nanoTime() - began) / 1e9;
                LOG.warn(
                        "commit to Kafka: one after the other p50 {} us, p90 {} us, p99 {} us; every 50 ms p50 {} us,"
                                + " p90 {} us, p99 {} us, of which until the record is sent p50 {} ms, p90 {} ms; first start {} ms, again {} ms;"
                                + " {} changes/s; CPU of 10 s idle in ms by thread, the broker's included: {}",
                        micros.get(micros.size() / 2),
                        micros.get(micros.size() * 9 / 10),
                        micros.get(micros.size() * 99 / 100),
                        spaced.get(spaced.size() / 2),
                        spaced.get(spaced.size() * 9 / 10),
                        spaced.get(spaced.size() * 99 / 100),
                        toSend.get(toSend.size() / 2),
                        toSend.get(toSend.size() * 9 / 10),
                        startMillis,
                        againMillis,
                        Math.round(300_000 / seconds),
                        cpu);
                assertThat(spaced.get(spaced.size() / 2)).isLessThan(50_000);
            }
        }
    }

    private static List<Long> latencies(Platform platform, BlockingQueue<Long> committed, int count, Duration pause)
            throws Exception {
        List<Long> micros = new ArrayList<>();
        try (Connection connection = platform.source().connect();
                var insert = connection.prepareStatement("INSERT INTO pace VALUES (?)")) {
            committed.clear();
            for (int i = 0; i < count; i++) {
                new CountDownLatch(1).await(pause.toMillis(), TimeUnit.MILLISECONDS);
                insert.setLong(1, ID.incrementAndGet());
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

    /** The threads that worked most, and all together. */
    private static Map<String, Long> idleCpuMillis(Duration during) throws InterruptedException {
        Map<Long, Long> before = cpuNanos();
        new CountDownLatch(1).await(during.toMillis(), TimeUnit.MILLISECONDS);
        Map<String, Long> used = new TreeMap<>();
        cpuNanos().forEach((id, nanos) -> {
            ThreadInfo thread = ManagementFactory.getThreadMXBean().getThreadInfo(id);
            long millis = (nanos - before.getOrDefault(id, 0L)) / 1_000_000;
            used.merge("all", millis, Long::sum);
            if (thread != null && millis > 5) {
                used.merge(thread.getThreadName(), millis, Long::sum);
            }
        });
        return used;
    }

    private static Map<Long, Long> cpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<Long, Long> nanos = new HashMap<>();
        for (long id : threads.getAllThreadIds()) {
            nanos.put(id, Math.max(0, threads.getThreadCpuTime(id)));
        }
        return nanos;
    }
}
