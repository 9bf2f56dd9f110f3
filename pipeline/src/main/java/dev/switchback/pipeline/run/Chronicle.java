package dev.switchback.pipeline.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.debezium.CaptureState;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.pipeline.migration.InDoubtException;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.status.Status;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Writes into the ledger what this process observes of its migration: that it started, that all rows are copied, that it
 * follows, and why it stopped. Only the start must succeed; whatever cannot be written later is tried again. Thread-safe.
 */
final class Chronicle implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Chronicle.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration FOLLOWING_BELOW = Duration.ofSeconds(1);

    private final Ledger ledger;
    private final String member;
    private final Roles roles;
    private final FlowRun flow;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Chronicle::thread);
    private final long started = System.nanoTime();
    private Optional<Long> watermark = Optional.empty();
    private Optional<Instant> through = Optional.empty();
    private boolean following;

    /** @param flow FORWARD, which copies and then follows */
    Chronicle(Ledger ledger, String member, FlowRun flow) {
        this.ledger = ledger;
        this.member = member;
        this.roles = flow.roles();
        this.flow = flow;
    }

    /** @throws ProblemException when the ledger does not answer, or holds what this version does not know */
    void start() {
        ledger.read();
        List<String> names = new ArrayList<>();
        roles.apply().ifPresent(role -> names.add(Role.APPLY.toString()));
        roles.capture().ifPresent(role -> names.add(Role.CAPTURE.toString()));
        try {
            ledger.note(new Note.Started(member, names));
        } catch (InDoubtException e) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.UNREACHABLE,
                            "ledger of " + flow.plan().file().migration(),
                            "The start could not be written down: " + e.getMessage() + ".",
                            "See that the broker is up and has in-sync replicas enough, and start again."),
                    e);
        }
        if (roles.capture().isPresent()) {
            var unused = clock.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        try {
            if (copied() && !following) {
                Status status = flow.observation().latest();
                if (status.idle() || status.lag().compareTo(FOLLOWING_BELOW) < 0) {
                    ledger.note(new Note.Following(status.idle() ? Duration.ZERO : status.lag()));
                    following = true;
                    clock.shutdown();
                }
            }
        } catch (RuntimeException e) {
            // Work that throws would not be repeated.
            LOG.debug("nothing could be written into the ledger", e);
        } catch (Error e) {
            LOG.warn("nothing could be written into the ledger", e);
        }
    }

    private boolean copied() {
        if (ledger.read().settled() != Phase.BACKFILLING) {
            return true;
        }
        boolean streaming = roles.capture()
                .map(capture -> capture.state().phase())
                .filter(CaptureState.Phase.STREAMING::equals)
                .isPresent();
        if (through.isEmpty()) {
            through = streaming && throughByNow() ? Optional.of(Instant.now()) : Optional.empty();
            return false;
        }
        Status status = flow.observation().latest();
        // What was read before may lack the last rows.
        if (!status.at().isAfter(through.get()) || !status.problems().isEmpty()) {
            return false;
        }
        ledger.note(new Note.Copied(status.rowsCopied(), Duration.ofNanos(System.nanoTime() - started)));
        return true;
    }

    /** Whether what was captured when the snapshot was found to be done is applied. */
    private boolean throughByNow() {
        if (watermark.isPresent() && applied(watermark.get())) {
            return true;
        }
        // One that was written before capture began to read the log never arrives, but one behind it does.
        long emitted = emit();
        watermark = Optional.of(watermark.orElse(emitted));
        return false;
    }

    private boolean applied(long id) {
        try {
            return flow.drain().applied(id);
        } catch (DestinationException e) {
            return false;
        }
    }

    private long emit() {
        try (Connection connection = flow.plan().from().open()) {
            return new Watermarks(flow.plan().file().migration()).emit(connection);
        } catch (SQLException e) {
            throw new ProblemException(flow.plan().from().problem(e), e);
        }
    }

    /** Takes as long as the ledger takes to answer. */
    void stopped(List<Problem> why) {
        clock.shutdownNow();
        try {
            ledger.note(new Note.Stopped(
                    member, why.stream().map(Problem::toString).findFirst().orElse("")));
        } catch (InDoubtException | ProblemException e) {
            LOG.info("the end could not be written into the ledger: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        ledger.close();
    }

    private static Thread thread(@Nullable Runnable work) {
        Thread thread = new Thread(work, "chronicle");
        thread.setDaemon(true);
        return thread;
    }
}
