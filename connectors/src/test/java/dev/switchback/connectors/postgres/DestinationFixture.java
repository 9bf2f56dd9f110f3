package dev.switchback.connectors.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Batch.Advance;
import dev.switchback.connectors.spi.Batch.Progress;
import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.OfRow;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** A database of its own, prepared as a destination, and one member that applies to it. */
final class DestinationFixture implements AutoCloseable {

    static final Flow FLOW = new Flow("stores", Direction.FORWARD);
    static final InputPartition P0 = new InputPartition("stores.forward.public.t", "topic-1", 0);
    static final InputPartition P1 = new InputPartition("stores.forward.public.t", "topic-1", 1);

    final PostgresSettings settings = TestServer.shared().createDatabase();
    private final List<ApplySession> sessions = new ArrayList<>();
    private long offset;

    DestinationFixture(String... statements) {
        destination(FaultPoints.NONE).prepare(FLOW.migration());
        TestServer.execute(settings, statements);
    }

    PostgresConnections connections() {
        return new PostgresConnections("destination", settings);
    }

    PostgresDestination destination(FaultPoints faults) {
        return destination(settings, Bounds.SHORT, faults);
    }

    static PostgresDestination destination(PostgresSettings settings, ApplySettings bounds, FaultPoints faults) {
        return new PostgresDestination(
                new PostgresConnections("destination", settings),
                bounds,
                faults,
                change -> new String(change.key(), 5, change.key().length - 5, UTF_8));
    }

    ApplySession open() {
        return open(destination(FaultPoints.NONE));
    }

    ApplySession open(PostgresDestination destination) {
        ApplySession session = destination.open(FLOW);
        sessions.add(session);
        return session;
    }

    /** A session that has claimed both partitions. */
    ApplySession member() {
        ApplySession session = open();
        session.claim(List.of(P0, P1));
        return session;
    }

    /** The table as a mapping of all its columns would write it. */
    DestinationTable table(String name) {
        return table(TableId.parse(name));
    }

    DestinationTable table(TableId id) {
        try (Connection connection = connections().open()) {
            TableSchema schema =
                    new PostgresCatalog(connection).table(id).orElseThrow().schema();
            List<Column> columns = schema.columns().stream()
                    .filter(column -> column.generation() != Generation.STORED)
                    .toList();
            return new DestinationTable(schema.id(), columns, schema.key());
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** One batch behind the last one, each mutation made by one change of its own. */
    Batch batch(Mutation... mutations) {
        List<Work> works = new ArrayList<>();
        for (Mutation mutation : mutations) {
            String key = mutation instanceof OfRow row ? row.key().toString() : "";
            works.add(new Work(mutation, List.of(change(offset + works.size(), key))));
        }
        return batch(works, List.of());
    }

    /** One batch behind the last one, with the changes at offsets that {@link #nextOffset()} gave. */
    Batch batch(List<Work> works, List<HeldChange> held) {
        int changes = works.stream().mapToInt(work -> work.changes().size()).sum() + held.size();
        Checkpoint from = new Checkpoint(offset, 0);
        offset += Math.max(1, changes);
        return new Batch(
                works, held, List.of(new Advance(P0, from, new Checkpoint(offset, 0), new Progress(0, changes, 1))));
    }

    /** Forgets the batches that were not applied: the next one starts where this says. */
    void rewind(long offset) {
        this.offset = offset;
    }

    long nextOffset() {
        return offset;
    }

    static InputChange change(long offset, String key) {
        return new InputChange(P0, offset, ("\0\0\0\0\1" + key).getBytes(UTF_8), "value".getBytes(UTF_8));
    }

    List<HeldChange> apply(ApplySession session, Mutation... mutations) {
        return session.apply(batch(mutations));
    }

    /** The rows of a query, each as its columns' text joined by {@code |}, NULL as {@code null}. */
    List<String> query(String sql) {
        try (Connection connection = connections().open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                List<@Nullable String> values = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    values.add(rows.getString(i));
                }
                found.add(String.join("|", values.stream().map(String::valueOf).toList()));
            }
            return found;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    void execute(String... statements) {
        TestServer.execute(settings, statements);
    }

    static List<String> reasons(Collection<HeldChange> held) {
        return held.stream().map(HeldChange::reason).toList();
    }

    @Override
    public void close() {
        sessions.forEach(ApplySession::close);
    }

    /** Bounds under which a test does not wait. */
    static final class Bounds {
        static final ApplySettings SHORT = new ApplySettings(
                Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(10));

        private Bounds() {}
    }
}
