package dev.switchback.pipeline.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;

/**
 * The stream threads from one start to one end: they start together, and when one fails all end. Thread-safe.
 */
final class ApplyRun implements AutoCloseable {

    private final Admin admin;
    private final ApplyThreads threads;
    private final KafkaStreams streams;
    private final Runnable onRunning;
    private @Nullable Throwable failure;
    private boolean ended;

    /**
     * Looks at both sides, so that nothing is started in vain; starts nothing.
     *
     * @param onRunning called whenever every stream thread has its partitions
     * @throws dev.switchback.connectors.spi.DestinationException when the destination does not answer
     * @throws dev.switchback.transforms.problem.ProblemException when the topics are not as they should be
     * @throws org.apache.kafka.common.KafkaException when Kafka does not answer
     */
    static ApplyRun prepare(ApplySettings settings, ApplyListener listener, Runnable onRunning) {
        settings.destination().open(settings.flow()).close();
        Admin admin = Admin.create(settings.kafka());
        try {
            return new ApplyRun(settings, listener, onRunning, admin);
        } catch (RuntimeException e) {
            admin.close();
            throw e;
        }
    }

    private ApplyRun(ApplySettings settings, ApplyListener listener, Runnable onRunning, Admin admin) {
        this.admin = admin;
        this.onRunning = onRunning;
        String group = settings.flow().applicationId();
        InputTopics topics = InputTopics.describe(admin, names(settings), settings.partitions());
        endTransactions(admin, settings);
        new GroupOffsets(admin, group).commitFirstWhereMissing(topics.all());
        this.threads = new ApplyThreads(
                settings.flow(), settings.destination(), settings.bounds(), settings.heldLimit(), listener);
        Topology topology = MigrationTopology.build(
                topics,
                settings.mappings(),
                settings.joins(),
                settings.schemas(),
                new KafkaInputLog(admin, group, () -> new KafkaConsumer<>(StreamsConfiguration.reader(settings))),
                threads);
        this.streams = new KafkaStreams(
                topology, StreamsConfiguration.of(settings), new FlushingClientSupplier(threads, settings));
        streams.setUncaughtExceptionHandler(this::failed);
        streams.setStateListener((now, before) -> stateChanged(now, listener));
    }

    /** Those in which this member died: no offset in them is known before that. */
    private static void endTransactions(Admin admin, ApplySettings settings) {
        List<String> ids = FlushingClientSupplier.transactionalIds(settings);
        if (!ids.isEmpty()) {
            KafkaAnswers.await(admin.fenceProducers(ids).all());
        }
    }

    private static Set<String> names(ApplySettings settings) {
        Set<String> names = new HashSet<>(settings.mappings().keySet());
        names.addAll(settings.joins().topics());
        return names;
    }

    void start() {
        streams.start();
    }

    /** Waits until the stream threads have ended; returns why, or nothing if they were told to. */
    synchronized Optional<Throwable> awaitEnd() throws InterruptedException {
        while (!ended) {
            wait();
        }
        return Optional.ofNullable(failure);
    }

    /**
     * Writes what is buffered, commits and leaves the group.
     *
     * @return whether the stream threads have ended within the limit
     */
    boolean end(Duration limit) {
        return streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(limit));
    }

    int heldKeys() {
        return threads.heldKeys();
    }

    /** When the slowest stream thread last asked Kafka for records. */
    Instant lastMoved() {
        double secondsAgo = streams.metrics().values().stream()
                .filter(metric -> isLastPoll(metric.metricName()))
                .map(metric -> (Double) metric.metricValue())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        return Instant.now().minusSeconds(Math.max(0, (long) secondsAgo));
    }

    /** Lets go of Kafka and the destination. The stream threads have ended. */
    @Override
    public void close() {
        streams.close(Duration.ofSeconds(1));
        threads.close();
        admin.close(Duration.ofSeconds(1));
    }

    private synchronized StreamThreadExceptionResponse failed(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private void stateChanged(State now, ApplyListener listener) {
        switch (now) {
            case RUNNING -> onRunning.run();
            case REBALANCING -> listener.rebalancing();
            case ERROR, NOT_RUNNING -> {
                synchronized (this) {
                    ended = true;
                    notifyAll();
                }
            }
            case CREATED, PENDING_SHUTDOWN, PENDING_ERROR -> {}
        }
    }

    private static boolean isLastPoll(MetricName name) {
        // The restore consumer of a topology without stores never polls.
        return name.name().equals("last-poll-seconds-ago")
                && !name.tags().getOrDefault("client-id", "").endsWith("restore-consumer");
    }
}
