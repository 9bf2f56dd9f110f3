package dev.switchback.pipeline.migration.operation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.Entry;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.transforms.problem.Problem;

/**
 * Two databases, two flows and a ledger, of which every effect is one atomic step. Clients write to each side that takes
 * writes after every step, and remember what was acknowledged. Thread-safe.
 */
final class World {

    /** A database. */
    static final class Database {
        final Side side;
        long epoch = 1;
        Direction direction = Direction.FORWARD;
        boolean armed;
        boolean closed;
        final Set<Integer> rows = new TreeSet<>();
        /** Rows that clients wrote here, and watermarks as negative numbers. */
        final List<Integer> log = new ArrayList<>();

        Database(Side side) {
            this.side = side;
        }

        @Override
        public String toString() {
            return side + " epoch " + epoch + " " + direction + (closed ? " closed" : " open");
        }
    }

    final Map<Side, Database> databases = new EnumMap<>(Side.class);
    final Map<Direction, Integer> positions = new EnumMap<>(Direction.class);
    final List<Line> ledger = new ArrayList<>();
    final Set<Integer> acknowledged = new HashSet<>();
    /** What went wrong, as it happened. */
    final List<String> violations = new ArrayList<>();

    static final Problem MAINTENANCE =
            new Problem(Problem.Kind.REFUSED, "fence", "An index is being created.", "Wait until it is there.");

    MigrationState state = MigrationState.START;
    boolean held;
    /** Behind how many retries what is held passes; less than one for never. */
    int heldPasses;
    /** On which side a table is being maintained, so that its fence would not open. */
    @Nullable Side maintained;

    boolean draining = true;
    private int nextRow = 1;
    private int nextWatermark = 1;

    World() {
        for (Side side : Side.values()) {
            databases.put(side, new Database(side));
        }
        databases.get(Side.DESTINATION).closed = true;
        for (Direction direction : Direction.values()) {
            positions.put(direction, 0);
        }
        append(Entry.note(Instant.EPOCH, "run", new Note.Copied(0, Duration.ZERO)));
        clientsWrite();
    }

    Database database(Side side) {
        return Objects.requireNonNull(databases.get(side));
    }

    /** One atomic step of somebody, and the clients' next writes. */
    synchronized <T> T step(Supplier<T> effect) {
        T result = effect.get();
        clientsWrite();
        return result;
    }

    synchronized Line append(Entry entry) {
        Line line = Line.of(ledger.size(), entry, state);
        ledger.add(line);
        state = line.after();
        if (held && entry.record() instanceof Decision.Switched) {
            violations.add("it switched although changes are held");
        }
        return line;
    }

    private void clientsWrite() {
        int open = 0;
        for (Database database : databases.values()) {
            if (!database.closed) {
                open++;
                database.rows.add(nextRow);
                database.log.add(nextRow);
                acknowledged.add(nextRow++);
            }
        }
        if (open > 1) {
            violations.add("two sides take writes: " + databases.values());
        }
    }

    int emit(Side side) {
        database(side).log.add(-nextWatermark);
        return nextWatermark++;
    }

    /** What the flow does by itself: applies where the control row lets it. */
    void pump(Direction direction) {
        Database read = database(Side.readBy(direction));
        Database written = database(read.side.other());
        if (written.direction != direction || !draining) {
            return;
        }
        for (int i = at(direction); i < read.log.size(); i++) {
            if (read.log.get(i) > 0) {
                written.rows.add(read.log.get(i));
            }
        }
        positions.put(direction, read.log.size());
    }

    int at(Direction direction) {
        return Objects.requireNonNull(positions.get(direction));
    }

    int placeOf(Side side, long watermark) {
        return database(side).log.indexOf((int) -watermark);
    }

    /** The one side that takes writes has every row that was ever acknowledged; null for none. */
    synchronized void requireWhole(Side takesWrites) {
        Database open = database(takesWrites);
        if (open.closed || !database(takesWrites.other()).closed) {
            violations.add("it is not " + takesWrites + " alone that takes writes: " + databases.values());
        }
        Set<Integer> lost = new TreeSet<>(acknowledged);
        lost.removeAll(open.rows);
        if (!lost.isEmpty()) {
            violations.add("rows " + lost + " were acknowledged and are not in the " + takesWrites);
        }
        if (!state.sourceOfTruth().equals(Optional.of(takesWrites))
                || state.operation().isPresent()) {
            violations.add("the ledger says " + state);
        }
    }
}
