package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.debezium.CaptureState.Phase;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.ReplicationSlot;
import dev.switchback.connectors.postgres.SlotBlockers;
import dev.switchback.connectors.postgres.TableWatch;
import dev.switchback.connectors.spi.Drain;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * One try to capture: from reading the stored offset to the first failure. {@link #execute} belongs to one thread,
 * {@link #close} to any; Debezium calls the hooks.
 */
final class CaptureRun implements EngineHooks, AutoCloseable {

    private static final Duration END_ENGINE_WITHIN = Duration.ofSeconds(5);
    private static final Duration END_SENDER_WITHIN = Duration.ofSeconds(2);

    private final CaptureSettings settings;
    private final PostgresConnections source;
    private final SchemaStore schemas;
    private final Drain drain;
    private final Progress progress;
    private final FaultPoints faults;
    private volatile @Nullable ChangeSink sink;
    private volatile @Nullable Beginning beginning;
    private volatile @Nullable ChangeLog log;
    private volatile @Nullable Transfer transfer;
    private volatile @Nullable Engine engine;
    private volatile @Nullable WalSender sender;
    private volatile @Nullable Heartbeat heartbeat;
    private volatile @Nullable TablePatrol patrol;

    CaptureRun(CaptureSettings settings, SchemaStore schemas, Drain drain, Progress progress, FaultPoints faults) {
        this.settings = settings;
        this.source = settings.source();
        this.schemas = schemas;
        this.drain = drain;
        this.progress = progress;
        this.faults = faults;
    }

    /**
     * Captures until that fails, or {@link #close} is called.
     *
     * @return why it failed; null when it was closed
     */
    @Nullable Throwable execute() throws SQLException, InterruptedException {
        progress.phase(Phase.STARTING);
        try (Connection connection = source.open();
                EngineHooks.Registration registration = EngineHooks.register(this);
                SourceRows rows = new SourceRows(source)) {
            requireAlone(connection);
            requireSlotUnread(connection);
            Map<TableId, String> topics = topics().ensure(tableIds());
            // From here on, any other capture of this flow is fenced off, and its last transaction has ended.
            ChangeSink changes = new ChangeSink(settings, schemas, faults);
            sink = changes;
            Beginning from = new CaptureStart(settings, topics, drain).begin(changes, connection);
            beginning = from;
            changes.use(from.tables(), schemas);
            if (!from.resumes()) {
                rememberPartitions(connection, from);
            }
            ChangeLog changeLog =
                    new ChangeLog(changes, from.offset(), progress, drain, source.where(), from.haltPlace());
            log = changeLog;
            changeLog.resumeDrain();
            List<TableId> copied = copied();
            if (!from.resumes() && topics().hold(copied)) {
                changeLog.truncate(copied); // Rows deleted since an earlier snapshot must not survive this one.
            }
            progress.phase(from.resumes() ? Phase.STREAMING : Phase.SNAPSHOTTING);
            TableWatch watch = watch(from);
            Map<TableId, Long> oids = oids(from);
            Transfer changesToKafka = new Transfer(
                    changeLog,
                    new RecordKinds(from.tables()),
                    new LogDecoder(from.tables(), settings.wholeOldRows(), new SchemaGuard(source), changeLog),
                    rows,
                    asked -> watch.glance(asked, oids),
                    settings.flow().migration(),
                    settings.tuning().batchRecords());
            transfer = changesToKafka;
            Engine debezium =
                    new Engine(EngineProperties.of(settings, from.tables(), registration.name()), changesToKafka);
            engine = debezium;
            return debezium.run();
        }
    }

    @Override
    public @Nullable Map<String, Object> resumeFrom() {
        Beginning from = beginning;
        if (from == null || !from.resumes()) {
            return null;
        }
        // Without "lsn_proc" Debezium does not look for the place by itself, and skips nothing.
        long commitLsn = from.offset().position().commitLsn();
        return Map.of("lsn", commitLsn, "lsn_commit", commitLsn);
    }

    @Override
    public void creatingSlot() {
        if (resumeFrom() != null) {
            throw new ProblemException(
                    CaptureStart.slotGone(source.where(), settings.flow().slot()));
        }
    }

    @Override
    public void slotCreated(long lsn) {
        ChangeLog changeLog = log;
        if (changeLog != null) {
            changeLog.startAt(lsn);
        }
    }

    @Override
    public RuntimeException slotNotCreated(Throwable late) {
        try (Connection connection = source.open()) {
            List<SlotBlockers.Blocker> blockers = SlotBlockers.find(connection);
            return new ProblemException(
                    SlotBlockers.problem(
                            source.where(),
                            settings.flow().slot(),
                            settings.tuning().slotCreation(),
                            blockers),
                    late);
        } catch (SQLException failure) {
            return source.failure(failure);
        }
    }

    @Override
    public void streaming(int pid, SlotStream stream) {
        WalSender ours = new WalSender(settings.flow().slot(), pid);
        sender = ours;
        ChangeLog changeLog = log;
        Transfer changesToKafka = transfer;
        Beginning from = beginning;
        if (changeLog == null || changesToKafka == null || from == null) {
            throw new IllegalStateException("the log is read before it is known from where");
        }
        if (from.resumes()) {
            requireSlot(from.offset().position().commitLsn());
        }
        changeLog.confirmTo(stream::confirm);
        changesToKafka.follow(stream::passed);
        heartbeat = new Heartbeat(
                source,
                settings.flow().migration(),
                ours,
                stream,
                settings.tuning().heartbeat(),
                reason -> fail(new IllegalStateException(reason)));
        patrol = new TablePatrol(source, watch(from), oids(from), this::fail);
    }

    /** As they are right before the snapshot, which brings whatever they hold by then. */
    private void rememberPartitions(Connection connection, Beginning from) throws SQLException {
        TableWatch watch = watch(from);
        watch.forget(connection);
        List<Problem> problems = watch.look(connection, oids(from));
        ProblemException.requireNone(problems);
    }

    private List<TableId> copied() {
        return tableIds().stream()
                .filter(table -> settings.routes().copied(settings.flow(), table))
                .toList();
    }

    private TableWatch watch(Beginning from) {
        Map<TableId, TableWatch.Captured> captured = from.tables().stream()
                .collect(Collectors.toMap(
                        table -> table.schema().id(),
                        table -> new TableWatch.Captured(
                                table.schema().key(),
                                table.marks(),
                                settings.wholeOldRows().contains(table.schema().id()))));
        return new TableWatch(source, settings.flow(), captured);
    }

    private static Map<TableId, Long> oids(Beginning from) {
        return from.tables().stream()
                .collect(Collectors.toMap(
                        table -> table.schema().id(), table -> table.relation().oid()));
    }

    /** Checked while we read the slot, since nobody else can move it meanwhile. */
    private void requireSlot(long commitLsn) {
        try (Connection connection = source.open()) {
            CaptureStart.requireSlot(connection, source.where(), settings.flow().slot(), commitLsn);
        } catch (SQLException failure) {
            throw source.failure(failure);
        }
    }

    /**
     * Keeps other captures of this flow away as long as the connection lasts: between looking at the slot and reading it
     * two of them would fence each other off. The server notices within a minute when this process's machine is gone.
     */
    private void requireAlone(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4");
        }
        String sql = "SELECT pg_try_advisory_lock(hashtextextended(?, 0))";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, settings.flow().slot());
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                if (!answer.getBoolean(1)) {
                    throw new SQLException("another capture of this migration is at work");
                }
            }
        }
    }

    /** Another capture that is at work must not be fenced off by one that then cannot read the slot. */
    private void requireSlotUnread(Connection connection) throws SQLException {
        String slot = settings.flow().slot();
        Optional<ReplicationSlot.State> state = new ReplicationSlot(slot).state(connection);
        if (state.isPresent() && state.get().activePid() != null) {
            throw new SQLException("the slot " + slot + " is read by process "
                    + state.get().activePid() + " of the server: by another capture of this migration, or by one that"
                    + " has only just ended");
        }
    }

    private void fail(RuntimeException reason) {
        Engine debezium = engine;
        if (debezium != null) {
            debezium.fail(reason, END_ENGINE_WITHIN);
        }
    }

    /**
     * Ends {@link #execute}, and the server's session that sends us the log.
     *
     * @param within how long Debezium may take to end by itself
     */
    void close(Duration within) {
        Engine debezium = engine;
        if (debezium != null) {
            debezium.close(within);
        }
        close();
    }

    @Override
    public void close() {
        Heartbeat beats = heartbeat;
        if (beats != null) {
            beats.close();
        }
        TablePatrol rounds = patrol;
        if (rounds != null) {
            rounds.close();
        }
        ChangeSink changes = sink;
        if (changes != null) {
            changes.close();
        }
        WalSender ours = sender;
        if (ours != null) {
            ours.end(source, END_SENDER_WITHIN);
        }
    }

    private ChangeTopics topics() {
        return new ChangeTopics(settings.kafka(), settings.flow(), settings.routes(), settings.topics());
    }

    private List<TableId> tableIds() {
        return settings.tables().stream().map(TableSchema::id).toList();
    }
}
