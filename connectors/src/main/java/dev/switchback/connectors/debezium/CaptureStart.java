package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.switchback.connectors.debezium.ChangeLog.HaltPlace;
import dev.switchback.connectors.postgres.LogIdentity;
import dev.switchback.connectors.postgres.LogRelation;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.ReplicationSlot;
import dev.switchback.connectors.postgres.TableMarks;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.connectors.spi.Drain;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * Decides where capture begins, from what is stored and what the source shows: at the stored offset of a log that is the
 * one it was taken in, or with a snapshot.
 */
final class CaptureStart {

    private final CaptureSettings settings;
    private final PostgresConnections source;
    private final Map<TableId, String> topicIds;
    private final Drain drain;

    /**
     * @param topicIds Kafka's ids of the change topics as they are now
     * @param drain tells whether anything of the flow was ever applied
     */
    CaptureStart(CaptureSettings settings, Map<TableId, String> topicIds, Drain drain) {
        this.drain = drain;
        this.settings = settings;
        this.source = settings.source();
        this.topicIds = topicIds;
    }

    /**
     * Begins: checks that what is stored can be gone on with, or removes what is left of an unfinished snapshot.
     *
     * @param sink the only one of the flow by now
     * @throws ProblemException when it can neither be gone on with nor begun anew
     */
    Beginning begin(ChangeSink sink, Connection connection) throws SQLException, InterruptedException {
        OffsetsTopic offsets =
                new OffsetsTopic(settings.kafka(), settings.flow().offsetsTopic());
        LogIdentity log = LogIdentity.of(source);
        StoredOffset stored = offsets.last().orElse(null);
        if (stored != null && stored.snapshotDone()) {
            requireSameLog(source.where(), stored, log);
            requireSameHistory(connection, stored);
            requireSlot(
                    connection,
                    source.where(),
                    settings.flow().slot(),
                    stored.position().commitLsn());
            List<CapturedTable> tables = captured(offsets.tables(stored));
            return new Beginning(stored, tables, compare(tables, connection));
        }
        if (stored == null && !settings.flow().backfills() && drain.applied(1)) {
            throw new ProblemException(gap(
                    source.where(),
                    "The stored offset of " + settings.flow() + " is gone from Kafka, and changes of it were applied"
                            + " before."));
        }
        new ReplicationSlot(settings.flow().slot()).drop(connection);
        List<CapturedTable> tables = examine(connection);
        long watermark = Math.max(stored == null ? 0 : stored.watermark(), Watermarks.last(connection, migration()));
        StoredOffset beginning =
                new StoredOffset(log, LogPosition.after(0), false, watermark, 0, 0, sink.store(tables));
        return new Beginning(beginning, tables, HaltPlace.NONE);
    }

    /** Throws unless the log that the offset was taken in is the one the source has, with nothing missing in it. */
    private static void requireSameLog(String where, StoredOffset stored, LogIdentity now) {
        if (!stored.log().equals(now)) {
            throw new ProblemException(gap(
                    where,
                    "The source's log is not the one that was captured: it was " + stored.log()
                            + " (system identifier/timeline) and is now " + now
                            + ". The server was restored, replaced or promoted."));
        }
    }

    /**
     * Throws when the source is an older state of itself. Putting back a copy of its files changes neither system nor
     * timeline, and a slot passes over whatever commits before the position that it is asked for.
     */
    private void requireSameHistory(Connection connection, StoredOffset stored) throws SQLException {
        long end = Watermarks.endOfLog(connection);
        long captured = stored.position().commitLsn();
        if (Long.compareUnsigned(end, captured) < 0) {
            throw new ProblemException(gap(
                    source.where(),
                    "The source's log ends at " + lsn(end) + ", before what was captured (" + lsn(captured)
                            + "): the source is an older state of itself."));
        }
        long last = Watermarks.last(connection, migration());
        // A barrier's number lies between two of the source's own.
        long sent = stored.watermark() - stored.watermark() % Watermark.STEP;
        if (last < sent) {
            throw new ProblemException(gap(
                    source.where(),
                    "The source's last watermark is number " + last + ", and number " + sent
                            + " was captured: the source is an older state of itself, or its schema switchback was created"
                            + " again."));
        }
        long beat = Watermarks.lastBeat(connection, migration());
        if (beat < stored.beat()) {
            throw new ProblemException(gap(
                    source.where(),
                    "The source's last heartbeat is number " + beat + ", and number " + stored.beat()
                            + " was captured: the source is an older state of itself, or its schema switchback was created"
                            + " again."));
        }
    }

    /** Throws unless the slot will deliver everything behind the position. */
    static void requireSlot(Connection connection, String where, String slot, long commitLsn) throws SQLException {
        ReplicationSlot.State state = new ReplicationSlot(slot)
                .state(connection)
                .orElseThrow(() -> new ProblemException(slotGone(where, slot)));
        if (state.lost() != null) {
            throw new ProblemException(gap(
                    where,
                    "The server has removed log that the slot " + slot + " had yet to deliver (" + state.lost()
                            + ")."));
        }
        if (Long.compareUnsigned(state.confirmedLsn(), commitLsn) > 0) {
            throw new ProblemException(gap(
                    where,
                    "The slot " + slot + " stands at " + lsn(state.confirmedLsn()) + ", behind what was captured ("
                            + lsn(commitLsn) + "): it was created again, or something else has read from it."));
        }
    }

    static Problem slotGone(String where, String slot) {
        return gap(where, "The slot " + slot + " is not there any more.");
    }

    /**
     * Throws when a table was not captured from the start or its topic is another one. A table that was altered meanwhile
     * is captured up to where the log is now, where the returned place halts capture.
     */
    private HaltPlace compare(List<CapturedTable> stored, Connection connection) throws SQLException {
        List<Problem> refused = new ArrayList<>();
        List<Problem> altered = new ArrayList<>();
        Map<Long, TableMarks> marks = marks(
                connection, stored.stream().map(table -> table.relation().oid()).toList());
        for (TableSchema table : settings.tables()) {
            CapturedTable before = stored.stream()
                    .filter(captured -> captured.schema().id().equals(table.id()))
                    .findFirst()
                    .orElse(null);
            if (before == null) {
                refused.add(refused("The table " + table.id() + " was not part of the migration when it began."));
            } else if (!before.topicId().equals(topicIds.get(table.id()))) {
                refused.add(refused("The topic "
                        + String.join(" or ", settings.routes().topics(settings.flow(), table.id()))
                        + " was deleted since capture began, and its changes with it; or its changes went by another one"
                        + " then, since its SELECT or REPLICA IDENTITY was another."));
            } else {
                List<String> changes = changes(before, table, LogRelation.read(connection, table.id()));
                if (!changes.isEmpty()) {
                    altered.add(SchemaGuard.altered(source.where(), table.id(), changes));
                }
                TableMarks now = marks.getOrDefault(before.relation().oid(), before.marks());
                before.marks()
                        .changesTo(now)
                        .forEach(change -> refused.add(refused("The table " + table.id() + " " + change + ".")));
            }
        }
        ProblemException.requireNone(refused);
        return altered.isEmpty() ? HaltPlace.NONE : haltHere(altered, connection);
    }

    private Map<Long, TableMarks> marks(Connection connection, List<Long> oids) throws SQLException {
        return TableMarks.read(connection, oids, settings.flow().slot());
    }

    /** The tables as they are now, for a capture that begins with them. */
    private List<CapturedTable> examine(Connection connection) throws SQLException {
        List<CapturedTable> tables = new ArrayList<>();
        for (TableSchema table : settings.tables()) {
            LogRelation relation = LogRelation.read(connection, table.id())
                    .orElseThrow(
                            () -> new ProblemException(refused("The table " + table.id() + " is not there any more.")));
            CapturedTable captured = new CapturedTable(
                    table,
                    relation,
                    topicIds.getOrDefault(table.id(), ""),
                    marks(connection, List.of(relation.oid())).getOrDefault(relation.oid(), TableMarks.NONE));
            List<String> names =
                    relation.columns().stream().map(LogRelation.LogColumn::name).toList();
            if (!captured.schema().columnNames().equals(names)) {
                throw new ProblemException(SchemaGuard.altered(
                        source.where(), table.id(), List.of("its columns are now " + String.join(", ", names))));
            }
            tables.add(captured);
        }
        return tables;
    }

    /** Those of the stored tables that the migration still has. */
    private List<CapturedTable> captured(List<CapturedTable> stored) {
        return stored.stream()
                .filter(table -> settings.tables().stream()
                        .anyMatch(wanted -> wanted.id().equals(table.schema().id())))
                .toList();
    }

    private String migration() {
        return settings.flow().migration();
    }

    private static List<String> changes(CapturedTable before, TableSchema table, Optional<LogRelation> now) {
        if (now.isEmpty()) {
            return List.of("it was dropped or renamed");
        }
        if (now.get().oid() != before.relation().oid()) {
            return List.of("it was dropped and created again");
        }
        List<String> changes =
                new ArrayList<>(before.relation().changesTo(now.get().columns()));
        if (!before.schema().key().equals(table.key())) {
            changes.add("its primary key was " + before.schema().key() + " and is now " + table.key());
        }
        return changes;
    }

    private HaltPlace haltHere(List<Problem> altered, Connection connection) throws SQLException {
        long end = Heartbeat.endOfLog(connection);
        // So that there is a commit behind this place, even if nobody writes any more.
        new Watermarks(migration()).heartbeat(connection);
        return commitLsn -> {
            if (Long.compareUnsigned(commitLsn, end) >= 0) {
                throw new ProblemException(altered);
            }
        };
    }

    private static Problem gap(String where, String what) {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                what + " Changes may be missing between what was captured and what can still be read.",
                "Start the migration anew, so that the tables are copied again.");
    }

    private Problem refused(String what) {
        return new Problem(
                Problem.Kind.REFUSED, source.where(), what, "Start the migration anew, so that the tables are copied.");
    }

    private static String lsn(long lsn) {
        return String.format("%X/%X", lsn >>> 32, lsn & 0xffffffffL);
    }
}
