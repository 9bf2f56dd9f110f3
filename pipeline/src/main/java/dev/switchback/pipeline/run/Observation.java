package dev.switchback.pipeline.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.Members;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.metrics.Meters;
import dev.switchback.pipeline.metrics.RoleHealth;
import dev.switchback.pipeline.status.KeptConnection;
import dev.switchback.pipeline.status.MemberReport;
import dev.switchback.pipeline.status.Status;
import dev.switchback.pipeline.status.StatusReader;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Looks at the running migration once a second: for the progress line, for the meters, and, through the destination, for
 * {@code status} in other processes. Does each on a thread of its own, so that one database that does not answer hides
 * nothing of the other. Thread-safe.
 */
final class Observation implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Observation.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final Duration LAST_LOOK = Duration.ofMillis(500);

    private final Roles roles;
    private final Meters meters;
    private final StatusReader reader;
    private final Optional<SourcePulse> pulse;
    private final Members members;
    private final String member;
    private final KeptConnection destination;
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(3, Observation::thread);
    private volatile Status latest;
    private boolean reported;

    Observation(
            Flow flow,
            String member,
            Roles roles,
            Meters meters,
            StatusReader reader,
            Optional<SourcePulse> pulse,
            PostgresConnections destination) {
        this.roles = roles;
        this.meters = meters;
        this.reader = reader;
        this.pulse = pulse;
        this.members = new Members(flow);
        this.member = member;
        this.destination = new KeptConnection(destination, ANSWER_WITHIN);
        this.latest = reader.unknown();
    }

    void start() {
        pulse.ifPresent(source -> every(source::beat));
        every(this::report);
        every(this::look);
    }

    Status latest() {
        return latest;
    }

    /** How the roles fare; one whose database swallows what it is sent fares as if its loop stood still. */
    List<RoleHealth> health() {
        return roles.health(pulse.map(SourcePulse::lastAnswer).orElseGet(Instant::now), destination.lastAnswer());
    }

    private void every(Runnable work) {
        var unused = clock.scheduleWithFixedDelay(() -> guarded(work), 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Work that throws would not be repeated. */
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.debug("an observation failed", e);
        } catch (Error e) {
            LOG.warn("an observation failed", e);
        }
    }

    private void look() {
        Status status = reader.read();
        meters.lag(status.lag());
        meters.held(status.held());
        status.slot().ifPresent(slot -> meters.slot(slot.lagBytes(), slot.retainedBytes()));
        status.tables().forEach(table -> meters.table(table.table(), table.rowsCopied(), table.rowsEstimated()));
        latest = status;
    }

    private synchronized void report() {
        try {
            if (!reported) {
                resume();
            }
            String report = new MemberReport(Roles.statuses(health()), pulse.map(SourcePulse::captured)).toJson();
            destination.ask(connection -> {
                members.report(connection, member, !reported, report);
                return report;
            });
            reported = true;
        } catch (ProblemException e) {
            LOG.debug("no report: {}", e.getMessage());
        }
    }

    private void resume() {
        MemberReport.latestCaptured(destination.ask(members::list))
                .ifPresent(earlier -> pulse.ifPresent(source -> source.resume(earlier)));
    }

    /** Ends the looking, says so to others, and lets go; a database that does not answer is not waited for long. */
    @Override
    public void close() {
        clock.shutdownNow();
        try {
            if (clock.awaitTermination(LAST_LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                lastReport();
                reader.close();
            } else {
                LOG.debug("a database that is asked for its state does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pulse.ifPresent(SourcePulse::close);
        destination.close();
    }

    private synchronized void lastReport() {
        if (reported) {
            report();
        }
    }

    private static Thread thread(@Nullable Runnable work) {
        Thread thread = new Thread(work, "observation");
        thread.setDaemon(true);
        return thread;
    }
}
