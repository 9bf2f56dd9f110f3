package dev.switchback.pipeline.migration.operation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.transforms.problem.Problem;

/**
 * What an operation works with.
 *
 * @param ledger where it writes down what it decides
 * @param sides the two databases
 * @param flows the two flows, by direction
 * @param findings what must find nothing before anything is armed
 * @param sequences lets one side's sequences go on where the other's stop
 * @param hooks what the user wants to be done once the new side takes writes
 */
public record Parts(
        Ledger ledger,
        Map<Side, Database> sides,
        Map<Direction, Applying> flows,
        List<Finding> findings,
        Sequences sequences,
        List<Hook> hooks) {

    private static final long BETWEEN_LOOKS_AT_HELD_MILLIS = 100;

    public Parts {
        sides = Map.copyOf(sides);
        flows = Map.copyOf(flows);
        findings = List.copyOf(findings);
        hooks = List.copyOf(hooks);
    }

    /** What is enough to end an operation that another has begun: for that, no rows need to arrive any more. */
    public static Parts toSettle(Ledger ledger, Map<Side, Database> sides, List<Hook> hooks) {
        return new Parts(ledger, sides, Map.of(), List.of(), Sequences.NONE, hooks);
    }

    /** The database of a side. */
    public Database side(Side side) {
        return Objects.requireNonNull(sides.get(side));
    }

    /** A flow. */
    public Applying flow(Direction direction) {
        return Objects.requireNonNull(flows.get(direction));
    }

    /** A side. */
    public record Database(Control control, Fence fence) {}

    /** A flow as far as an operation has to know it. Thread-safe. */
    public interface Applying {

        /**
         * Proves, by a row of its own in schema {@code switchback}, that what is written to the side it reads arrives at
         * the other one.
         *
         * @param asking called again and again while it waits; what it throws ends that
         * @throws dev.switchback.transforms.problem.ProblemException when it does not
         */
        void prove(Authority authority, Runnable asking);

        /**
         * Whether every partition is applied up to this watermark, or to a later one.
         *
         * @throws dev.switchback.connectors.spi.DestinationException when the side does not answer; asking again may help
         */
        boolean applied(long watermark);

        /** Says what is held, which the side that it writes would lack; empty where nothing is. Throws as {@link #applied}. */
        Optional<Problem> held();

        /**
         * Has all that is held tried again in the next second, however often it was before, but for what is being tried
         * at this moment. Throws as {@link #applied}.
         */
        void retryHeld();

        /**
         * As {@link #held}, once it has had time to pass: a change may wait for that of another row, and is tried again
         * by itself.
         *
         * @param asking called again and again while it waits; what it throws ends that
         */
        default Optional<Problem> stillHeld(Duration within, Runnable asking) {
            long deadline = System.nanoTime() + within.toNanos();
            Optional<Problem> held = held();
            while (held.isPresent() && System.nanoTime() - deadline < 0) {
                asking.run();
                Rest.of(BETWEEN_LOOKS_AT_HELD_MILLIS);
                held = held();
            }
            return held;
        }
    }

    /** Something that would stand in an operation's way. Looks only. */
    public interface Finding {

        /** What it looks for, as a noun phrase. */
        String subject();

        /** What it found, for the direction that is to end; empty where nothing stands in the way. */
        List<Problem> problems(Direction ends);

        /** One sentence each about what the operator should know that stands in nobody's way. */
        default List<String> notices(Direction ends) {
            return List.of();
        }
    }

    /** The sequences of both sides. */
    public interface Sequences {

        /** For whoever hands nothing over. */
        Sequences NONE = new Sequences() {
            @Override
            public void observe(Side from) {
                throw new UnsupportedOperationException("there are no sequences here");
            }

            @Override
            public int handOver(Side from) {
                throw new UnsupportedOperationException("there are no sequences here");
            }
        };

        /** Notes where they stand, to tell later how fast they go. */
        void observe(Side from);

        /**
         * Hands those of one side over to the other; monotone, so that it may be repeated.
         *
         * @return how many were moved
         */
        int handOver(Side from);
    }

    /** What the user wants to be done once the new side takes writes. */
    public interface Hook {

        String name();

        /** @throws dev.switchback.transforms.problem.ProblemException when it failed; it may be called again */
        void run(Side takesWrites);
    }
}
