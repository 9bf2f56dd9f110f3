package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TableWatch;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** Lets {@link TableWatch} look while the log is read, and ends capture when rows came or went without a word in it. */
@SuppressWarnings("FutureReturnValueIgnored") // a look reports its failures itself
final class TablePatrol implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TablePatrol.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    /** Or so many times as long as a look takes: with hundreds of tables it costs the source something. */
    private static final int LOOKS_APART = 50;

    private static final Duration RAREST = Duration.ofSeconds(30);

    private final PostgresConnections source;
    private final TableWatch watch;
    private final Map<TableId, Long> tables;
    private final Consumer<ProblemException> halt;
    private final ScheduledExecutorService clock;
    private final KeptConnection kept;

    /** @param tables with their oids */
    TablePatrol(
            PostgresConnections source, TableWatch watch, Map<TableId, Long> tables, Consumer<ProblemException> halt) {
        this.source = source;
        this.kept = new KeptConnection(source::open);
        this.watch = watch;
        this.tables = tables;
        this.halt = halt;
        this.clock = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "capture-patrol");
            thread.setDaemon(true);
            return thread;
        });
        clock.schedule(this::round, 0, TimeUnit.NANOSECONDS);
    }

    private void round() {
        Duration pause = look();
        try {
            clock.schedule(this::round, pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ended) {
            LOG.debug("the patrol has ended");
        }
    }

    /** @return until the next one */
    private Duration look() {
        try {
            Connection connection = kept.open();
            long began = System.nanoTime();
            List<Problem> problems = watch.look(connection, tables);
            long pause = (System.nanoTime() - began) * LOOKS_APART;
            if (!problems.isEmpty()) {
                clock.shutdown();
                halt.accept(new ProblemException(problems));
            }
            return Duration.ofNanos(Math.max(EVERY.toNanos(), Math.min(pause, RAREST.toNanos())));
        } catch (SQLException | ProblemException failure) {
            if (!clock.isShutdown()) {
                LOG.warn("The captured tables could not be looked at: {}", failure.getMessage());
            }
            kept.drop();
        } catch (RuntimeException | Error failure) {
            // What throws would not be run again, and nobody would know.
            clock.shutdown();
            halt.accept(new ProblemException(
                    new Problem(
                            Problem.Kind.INTERNAL,
                            source.where(),
                            "The captured tables could not be looked at: " + failure + ".",
                            "Report this as a defect."),
                    failure));
        }
        return EVERY;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        kept.close();
    }
}
