package dev.switchback.pipeline.migration.operation;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.pipeline.migration.Claim;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.Entry;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.OvertakenException;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.transforms.problem.Problem;

/** An operator in a {@link World}: the procedure as it is, upon a world each of whose calls passes a gate. */
final class Operator {

    private static final Problem HELD =
            new Problem(Problem.Kind.REFUSED, "flow shop.forward", "1 change is held.", "Retry it.");

    static final Duration MAX_PAUSE = Duration.ofMillis(400);

    private static final Settings PATIENT =
            new Settings(Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofSeconds(1), false);

    private final World world;
    private final String name;
    private final Gate gate;
    private List<Problem> findings = List.of();
    private Settings settings = PATIENT;
    private int calls;

    Operator(World world, String name, Gate gate) {
        this.world = world;
        this.name = name;
        this.gate = gate;
    }

    void finds(Problem problem) {
        findings = List.of(problem);
    }

    /** Refuses nobody for longer than {@link #MAX_PAUSE}. */
    Operator hasty() {
        settings = PATIENT.pauseOf(MAX_PAUSE);
        return this;
    }

    Outcome run(Operation operation) {
        return new Cutover(operation, parts(), settings, Announcer.NOBODY).run();
    }

    Outcome settle() {
        return Cutover.settle(parts(), settings, Announcer.NOBODY, "nobody serves it");
    }

    int calls() {
        return calls;
    }

    private Parts parts() {
        Map<Side, Parts.Database> sides = new EnumMap<>(Side.class);
        Map<Direction, Parts.Applying> flows = new EnumMap<>(Direction.class);
        for (Side side : Side.values()) {
            sides.put(side, new Parts.Database(new FakeControl(side), new FakeFence(side)));
        }
        for (Direction direction : Direction.values()) {
            flows.put(direction, new FakeFlow(direction));
        }
        return new Parts(new FakeLedger(), sides, flows, List.of(new FakeFinding()), new FakeSequences(), List.of());
    }

    private <T> T call(String call, Supplier<T> effect) {
        int number = calls++;
        gate.before(number, call);
        T result = world.step(effect);
        gate.behind(number, call);
        return result;
    }

    private void run(String call, Runnable effect) {
        var unused = call(call, () -> {
            effect.run();
            return true;
        });
    }

    private World.Database own(Side side, Authority authority) {
        World.Database database = world.database(side);
        if (database.epoch != authority.epoch() || database.direction != authority.direction()) {
            throw new NotInChargeException(name + " has " + authority + ", " + side + " has " + database);
        }
        return database;
    }

    private final class FakeControl implements Control {
        private final Side side;

        FakeControl(Side side) {
            this.side = side;
        }

        @Override
        public Row read() {
            World.Database database = world.database(side);
            return call("read " + side, () -> new Row(database.epoch, database.direction, database.closed));
        }

        @Override
        public boolean raise(long epoch) {
            return call("raise " + side, () -> {
                World.Database database = world.database(side);
                if (database.epoch >= epoch) {
                    return false;
                }
                database.epoch = epoch;
                return true;
            });
        }

        @Override
        public void turn(Authority authority, Direction to) {
            run("turn " + side, () -> {
                World.Database database = world.database(side);
                if (database.epoch != authority.epoch() || database.direction != to) {
                    own(side, authority).direction = to;
                }
            });
        }

        @Override
        public void applyBehind(Authority authority, long watermark) {
            run("apply behind " + side, () -> {
                own(side, authority);
                Direction flow = side == Side.DESTINATION ? Direction.FORWARD : Direction.REVERSE;
                world.positions.put(flow, world.placeOf(side.other(), watermark));
            });
        }

        @Override
        public long watermark(Authority authority) {
            return call("watermark " + side, () -> {
                own(side, authority);
                return (long) world.emit(side);
            });
        }
    }

    private final class FakeFence implements Fence {
        private final Side side;

        FakeFence(Side side) {
            this.side = side;
        }

        @Override
        public void arm(Authority authority) {
            run("arm " + side, () -> own(side, authority).armed = true);
        }

        @Override
        public void close(Authority authority, Duration within) {
            run("close " + side, () -> own(side, authority).closed = true);
        }

        @Override
        public void open(Authority authority, Duration within) {
            run("open " + side, () -> own(side, authority).closed = false);
        }

        @Override
        public List<Problem> heldUp() {
            return call("held up? " + side, () -> world.maintained == side ? List.of(World.MAINTENANCE) : List.of());
        }

        @Override
        public List<Problem> check() {
            return List.of();
        }

        @Override
        public boolean closed() {
            return call("closed? " + side, () -> world.database(side).closed);
        }
    }

    private final class FakeFlow implements Parts.Applying {
        private final Direction direction;

        FakeFlow(Direction direction) {
            this.direction = direction;
        }

        @Override
        public void prove(Authority authority, Runnable asking) {
            run("prove " + direction, asking);
        }

        @Override
        public boolean applied(long watermark) {
            return call("applied " + direction, () -> {
                world.pump(direction);
                return world.at(direction) > world.placeOf(Side.readBy(direction), watermark);
            });
        }

        @Override
        public Optional<Problem> held() {
            return call("held " + direction, () -> world.held ? Optional.of(HELD) : Optional.empty());
        }

        @Override
        public void retryHeld() {
            run("retry held " + direction, () -> world.held &= --world.heldPasses != 0);
        }
    }

    private final class FakeFinding implements Parts.Finding {
        @Override
        public String subject() {
            return "whatever a test wants";
        }

        @Override
        public List<Problem> problems(Direction ends) {
            return call("check", () -> findings);
        }
    }

    private final class FakeSequences implements Parts.Sequences {
        @Override
        public void observe(Side from) {
            run("observe sequences", () -> {});
        }

        @Override
        public int handOver(Side from) {
            return call("hand over sequences", () -> 1);
        }
    }

    private final class FakeLedger implements Ledger {

        @Override
        public MigrationState read() {
            return call("read ledger", () -> world.state);
        }

        @Override
        public List<Line> lines() {
            return List.copyOf(world.ledger);
        }

        @Override
        public MigrationState note(Note note) {
            return call("note", () -> world.append(Entry.note(Instant.EPOCH, name, note))
                    .after());
        }

        @Override
        public MigrationState decide(Decision decision, Claim claim) {
            Entry entry = Entry.decision(Instant.EPOCH, name, decision, claim);
            int number = calls;
            Line line = gate.append(number, () -> call(decision.toString(), () -> world.append(entry)));
            if (line.objection().isPresent()) {
                throw new OvertakenException(line.objection().get(), line.after());
            }
            return line.after();
        }

        @Override
        public void close() {}
    }
}
