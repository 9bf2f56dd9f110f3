package dev.switchback.pipeline.metrics;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import dev.switchback.connectors.spi.Flow;

/**
 * Every meter of a flow, and of the roles of its process. Names follow Prometheus: what grows ends in {@code _total}, and
 * units stand in the name. Thread-safe; recording never blocks.
 */
public final class Meters {

    private static final Duration[] LATENCIES = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(5)
    };

    private final PrometheusMeterRegistry registry;
    private final Tags process;
    private final Tags tags;
    private final Counter changesCaptured;
    private final Counter rowsRead;
    private final Counter bytesCaptured;
    private final Counter captureRestarts;
    private final Counter rowsApplied;
    private final Counter changesHeld;
    private final Counter rebalances;
    private final Timer latency;
    private final Timer flush;
    private final DistributionSummary flushRows;
    private final AtomicLong lagMillis = new AtomicLong();
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong slotLagBytes = new AtomicLong();
    private final AtomicLong slotRetainedBytes = new AtomicLong();
    private final Map<String, AtomicLong> rowsCopied = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> rowsEstimated = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> rolesUp = new ConcurrentHashMap<>();

    /** @param registry of the process, which both of its flows share */
    public Meters(PrometheusMeterRegistry registry, Flow flow) {
        this.registry = registry;
        this.process = Tags.of("migration", flow.migration());
        this.tags = process.and("direction", flow.direction().lowerCase());
        changesCaptured = counter("switchback.changes.captured", "Changes that capture has committed to Kafka");
        rowsRead = counter("switchback.rows.read", "Rows of the backfill that capture has committed to Kafka");
        bytesCaptured = counter("switchback.captured.bytes", "Keys and values that capture has committed to Kafka");
        captureRestarts =
                counter("switchback.capture.restarts", "Failures after which capture started again by itself");
        rowsApplied = counter("switchback.rows.applied", "Rows written at the destination, after folding");
        changesHeld = counter("switchback.changes.held", "Changes that were newly held");
        rebalances = counter("switchback.rebalances", "Times that the consumer group handed partitions around");
        latency = Timer.builder("switchback.change.latency")
                .description("From a change's commit at the source to its commit at the destination")
                .serviceLevelObjectives(LATENCIES)
                .tags(tags)
                .register(registry);
        flush = Timer.builder("switchback.flush")
                .description("Destination transactions, from the first statement to the answer to the commit")
                .serviceLevelObjectives(LATENCIES)
                .tags(tags)
                .register(registry);
        flushRows = DistributionSummary.builder("switchback.flush.rows")
                .description("Rows in a destination transaction")
                .serviceLevelObjectives(1, 10, 100, 1_000, 5_000)
                .tags(tags)
                .register(registry);
        TimeGauge.builder("switchback.replication.lag", lagMillis, TimeUnit.MILLISECONDS, AtomicLong::get)
                .description("How long what the destination lacks has been waiting; 0 when nothing is")
                .tags(tags)
                .register(registry);
        gauge("switchback.held.changes", "Changes held, and those waiting behind them", held);
        gauge("switchback.slot.lag.bytes", "Log that the replication slot's reader has not confirmed", slotLagBytes);
        gauge(
                "switchback.slot.retained.bytes",
                "Log that the source keeps for the replication slot",
                slotRetainedBytes);
    }

    /** A Kafka transaction of capture. */
    public void captured(int rows, int changes, long bytes) {
        rowsRead.increment(rows);
        changesCaptured.increment(changes);
        bytesCaptured.increment((double) bytes);
    }

    public void captureRestarted() {
        captureRestarts.increment();
    }

    /** A destination transaction. */
    public void flushed(int rows, Duration took) {
        rowsApplied.increment(rows);
        flushRows.record(rows);
        flush.record(took);
    }

    /** One change has arrived, this long after its commit. */
    public void arrived(long millis) {
        latency.record(Duration.ofMillis(Math.max(0, millis)));
    }

    public void newlyHeld(int changes) {
        changesHeld.increment(changes);
    }

    public void rebalanced() {
        rebalances.increment();
    }

    public void lag(Duration lag) {
        lagMillis.set(lag.toMillis());
    }

    public void held(long changes) {
        held.set(changes);
    }

    public void slot(long lagBytes, long retainedBytes) {
        slotLagBytes.set(lagBytes);
        slotRetainedBytes.set(retainedBytes);
    }

    public void table(String table, long copied, long estimated) {
        rowsCopied
                .computeIfAbsent(
                        table,
                        name -> gauge(
                                "switchback.table.rows.copied",
                                "Rows that the backfill brought",
                                tags.and("table", name)))
                .set(copied);
        rowsEstimated
                .computeIfAbsent(
                        table,
                        name -> gauge(
                                "switchback.table.rows.estimated",
                                "Rows as the source's planner believes",
                                tags.and("table", name)))
                .set(estimated);
    }

    /** Whether a role's loop moves. */
    public void role(String role, boolean up) {
        rolesUp.computeIfAbsent(
                        role,
                        name -> gauge(
                                "switchback.role.up",
                                "Whether the role's loop moved within its bound",
                                process.and("role", name)))
                .set(up ? 1 : 0);
    }

    /** Everything in Prometheus' text format, of the other flow too. */
    public String scrape() {
        return registry.scrape();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }

    private void gauge(String name, String description, AtomicLong value) {
        Gauge.builder(name, value, AtomicLong::get)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private AtomicLong gauge(String name, String description, Tags of) {
        AtomicLong value = new AtomicLong();
        Gauge.builder(name, value, AtomicLong::get)
                .description(description)
                .tags(of)
                .register(registry);
        return value;
    }
}
