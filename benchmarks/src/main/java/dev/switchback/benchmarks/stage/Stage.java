package dev.switchback.benchmarks.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

import dev.switchback.benchmarks.child.BrokerChild;
import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;

/**
 * Two databases and a broker. Every contender meets the same: the same rows on both sides, and the same changes in the
 * same log, which each reads through a copy of one replication slot that was made before the first change. Not
 * thread-safe.
 */
public final class Stage implements AutoCloseable {

    /** The publication that the peers read; Switchback has one of its own. */
    public static final String PUBLICATION = "bench";

    /** Server settings, the same for both databases and for every contender; all else is PostgreSQL's default. */
    public static final Map<String, String> POSTGRES = settings();

    private static final String DATABASE = "bench";
    private static final String UNCHANGED = "bench_unchanged";
    private static final String FIRST_SLOT = "bench_first";
    private static final int SHOWN_DIFFERENCES = 3;

    private final Platform platform;
    private final Size size;
    private final Path logs;
    private final JavaChild broker;
    private final Topics topics;
    private @Nullable String backlog;
    private @Nullable Path recordings;

    private Stage(Platform platform, Size size, Path logs, JavaChild broker, Topics topics) {
        this.platform = platform;
        this.size = size;
        this.logs = logs;
        this.broker = broker;
        this.topics = topics;
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("fsync", "on");
        settings.put("full_page_writes", "on");
        settings.put("synchronous_commit", "on");
        settings.put("shared_buffers", "1GB");
        // No checkpoint and no vacuum within a run: they would hit whoever happens to run.
        settings.put("max_wal_size", "64GB");
        settings.put("checkpoint_timeout", "1d");
        settings.put("autovacuum", "off");
        settings.put("max_replication_slots", "40");
        settings.put("max_wal_senders", "40");
        // When a change was committed at the source, for latency.
        settings.put("track_commit_timestamp", "on");
        return Collections.unmodifiableMap(settings);
    }

    /**
     * Starts everything, with an empty table on both sides.
     *
     * @param logs where the output of JVMs goes, and stays
     */
    public static Stage open(Size size, Path logs) {
        Platform platform = Platform.databases(DATABASE, POSTGRES);
        try {
            platform.source().execute(Workload.CREATE_TABLE);
            platform.source().execute("CREATE PUBLICATION " + PUBLICATION + " FOR TABLE public.bench");
            platform.destination().execute(Workload.CREATE_TABLE);
            JavaChild broker = JavaChild.start(
                    JavaChild.Command.of(
                            "broker",
                            BrokerChild.class,
                            platform.directory().resolve("broker").toString()),
                    Files.createDirectories(logs));
            return new Stage(platform, size, logs, broker, new Topics(broker.await("bootstrap")));
        } catch (IOException e) {
            platform.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            platform.close();
            throw e;
        }
    }

    /** Gives the table its rows, the same on both sides. */
    public void fill() {
        Workload.fill(source(), size.keys());
        copyRows();
    }

    /** Keeps what every run begins with, and then makes the changes that every run catches up with. */
    public void makeBacklog() {
        source().execute("SELECT pg_create_logical_replication_slot('" + FIRST_SLOT + "', 'pgoutput')");
        keep(destination());
        backlog = Workload.change(source(), size.changes());
        resetDestination();
    }

    /** Brings the destination back to where it was before the first change. */
    public void resetDestination() {
        reset(destination());
        source().execute("CHECKPOINT");
    }

    /** Keeps what every run begins with that makes its own changes. */
    public void keepRows() {
        keep(source());
        keep(destination());
    }

    /** Brings both sides back to the rows that were kept. */
    public void resetRows() {
        reset(source());
        reset(destination());
    }

    private static void keep(EmbeddedDatabase database) {
        Await.until("everybody to have left the database", Duration.ofSeconds(30), () -> {
            administer(database, "ALTER DATABASE " + DATABASE + " RENAME TO " + UNCHANGED);
            return true;
        });
    }

    private static void reset(EmbeddedDatabase database) {
        administer(
                database,
                "DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)",
                "CREATE DATABASE " + DATABASE + " TEMPLATE " + UNCHANGED + " STRATEGY FILE_COPY",
                "CHECKPOINT");
    }

    /** Makes the destination's table the same as the source's. */
    private void copyRows() {
        destination().execute("TRUNCATE public.bench");
        try (Connection from = source().connect();
                Connection to = destination().connect()) {
            CopyOut rows =
                    from.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY public.bench TO STDOUT (FORMAT binary)");
            CopyIn into =
                    to.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY public.bench FROM STDIN (FORMAT binary)");
            for (byte[] chunk = rows.readFromCopy(); chunk != null; chunk = rows.readFromCopy()) {
                into.writeToCopy(chunk, 0, chunk.length);
            }
            into.endCopy();
        } catch (SQLException e) {
            throw new IllegalStateException("copying the rows failed: " + e.getMessage(), e);
        }
        settle();
    }

    /** Has vacuum and checkpoints behind it ahead of a run: within one they would hit whoever happens to run. */
    public void settle() {
        source().execute("VACUUM ANALYZE", "CHECKPOINT");
        destination().execute("VACUUM ANALYZE", "CHECKPOINT");
    }

    /** Makes a slot that stands before the first change of the backlog, or, where there is none, at the log's end. */
    public void createSlot(String name) {
        source().execute(
                        backlog != null
                                ? "SELECT pg_copy_logical_replication_slot('" + FIRST_SLOT + "', '" + name + "')"
                                : "SELECT pg_create_logical_replication_slot('" + name + "', 'pgoutput')");
    }

    /** Where the source's log ends. */
    public String logEnd() {
        return Objects.requireNonNull(source().value("SELECT pg_current_wal_insert_lsn()"));
    }

    /** How many bytes the destination has logged so far. */
    public long destinationLog() {
        return Long.parseLong(
                String.valueOf(destination().value("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")));
    }

    /** How many changes the backlog has, with the marks around those that count. */
    public long backlog() {
        return size.changes() + 2L * Workload.MARKS;
    }

    /** Where the changes of the backlog that count begin in the log. */
    public String countedFrom() {
        return Objects.requireNonNull(backlog, "there is no backlog");
    }

    /**
     * Whether somebody has read the source's log up to a place. Who takes changes in long before they arrive has begun
     * with them by then.
     */
    public boolean isReadUpTo(String lsn) {
        return "t".equals(source().value("SELECT bool_or(sent_lsn >= '" + lsn + "'::pg_lsn) FROM pg_stat_replication"));
    }

    /** Whether the destination has all the marks; for one who does not care what asking costs. */
    public boolean hasArrived(int marks) {
        return Integer.toString(Workload.MARKS).equals(destination().value(Workload.countMarks(marks)));
    }

    /** Drops a slot, once nobody holds it any more. */
    public void dropSlot(String name) {
        Await.until("the slot " + name + " to be free", Duration.ofSeconds(30), () -> {
            source().execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '"
                    + name + "'");
            return true;
        });
    }

    /** Compares both sides in full; empty if they are the same, else what is different, for people. */
    public String differences() {
        return TableCompare.compare(source(), destination(), List.of(Workload.TABLE), SHOWN_DIFFERENCES).stream()
                .filter(result -> !result.equal())
                .map(result -> result.differences() + " of " + result.rows() + " rows differ: "
                        + result.first().stream().map(Object::toString).collect(Collectors.joining("; ")))
                .collect(Collectors.joining("; "));
    }

    /** Starts a contender's JVM. */
    public JavaChild start(JavaChild.Command command) {
        Path directory = recordings;
        if (directory == null) {
            return JavaChild.start(command, logs);
        }
        Path file = directory.resolve(command.name() + ".jfr");
        return JavaChild.start(
                command.withOptions(
                        List.of("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + file)),
                logs);
    }

    /**
     * From now on each JVM of a contender records what it spends its time on, which costs a few percent; null ends that.
     *
     * @param directory where each leaves {@code NAME.jfr} at its end
     */
    public void record(@Nullable Path directory) {
        recordings = directory;
    }

    /** The processes that serve everybody, by name. */
    public Map<String, Long> processes() {
        Map<String, Long> pids = new LinkedHashMap<>();
        pids.put("source PostgreSQL", postmaster("source"));
        pids.put("destination PostgreSQL", postmaster("destination"));
        pids.put("Kafka broker", broker.pid());
        return pids;
    }

    /** A connection string of the source for PostgreSQL's own client library. */
    public String sourceConnection() {
        PostgresSettings settings = source().settings();
        return "host=" + settings.host() + " port=" + settings.port() + " dbname=" + settings.database() + " user="
                + settings.user() + " password=" + settings.password();
    }

    public Size size() {
        return size;
    }

    public EmbeddedDatabase source() {
        return platform.source();
    }

    public EmbeddedDatabase destination() {
        return platform.destination();
    }

    public Topics topics() {
        return topics;
    }

    public String bootstrapServers() {
        return broker.await("bootstrap");
    }

    /** For settings and data of children; goes with the stage. */
    public Path directory() {
        return platform.directory();
    }

    @Override
    public void close() {
        try (platform;
                broker;
                topics) {
            keepLog("source", source());
            keepLog("destination", destination());
        }
    }

    /** What a server said goes with its data, but tells more of a run that went wrong than anybody else. */
    private void keepLog(String name, EmbeddedDatabase server) {
        try {
            Files.writeString(
                    logs.resolve(name + " PostgreSQL.log"),
                    server.log(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long postmaster(String side) {
        try {
            Path file = platform.directory().resolve(side).resolve("postmaster.pid");
            return Long.parseLong(
                    Files.readAllLines(file, StandardCharsets.UTF_8).get(0).trim());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void administer(EmbeddedDatabase database, String... statements) {
        PostgresSettings settings = database.settings();
        String url = "jdbc:postgresql://" + settings.host() + ":" + settings.port() + "/postgres";
        try (Connection connection = DriverManager.getConnection(url, settings.user(), settings.password());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
