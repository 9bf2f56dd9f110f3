package dev.switchback.pipeline.migration.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.switchback.pipeline.migration.InDoubtException;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.Step;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

@Timeout(120)
class CutoverTest {

    @Test
    void throughThreeRoundTripsEveryAcknowledgedRowIsOnTheSideThatTakesWrites() {
        World world = new World();
        Operator ana = new Operator(world, "ana", Gate.OPEN);
        for (int trip = 0; trip < 3; trip++) {
            assertThat(ana.run(Operation.CUTOVER)).isInstanceOf(Outcome.Done.class);
            world.requireWhole(Side.DESTINATION);
            assertThat(ana.run(Operation.REVERT)).isInstanceOf(Outcome.Done.class);
            world.requireWhole(Side.SOURCE);
        }
        assertThat(world.violations).isEmpty();
        assertThat(world.state.phase()).isEqualTo(Phase.REVERTED);
        assertThat(world.acknowledged).hasSizeGreaterThan(100);
    }

    /** Kills at every call, before its effect and behind it; then also whoever settles it, at every call. */
    @ParameterizedTest
    @EnumSource(Operation.class)
    void killedAtAnyMomentTheNextCallFinishesOrUndoesIt(Operation operation) {
        int moments = 0;
        for (boolean behind : new boolean[] {false, true}) {
            for (int first = 0; killedAt(operation, first, behind, -1); first++) {
                moments++;
                for (int second = 0; killedAt(operation, first, behind, second); second++) {
                    moments++;
                }
            }
        }
        assertThat(moments).isGreaterThan(500);
    }

    /** @return whether the last of those to be killed was */
    private static boolean killedAt(Operation operation, int first, boolean behind, int second) {
        World world = ready(operation);
        boolean killed = dies(() -> new Operator(world, "ana", new KillAt(first, behind)).run(operation));
        if (second >= 0) {
            killed = dies(() -> new Operator(world, "ben", new KillAt(second, behind)).settle());
        }
        Operator cid = new Operator(world, "cid", Gate.OPEN);
        if (cid.settle() instanceof Outcome.Undone && world.state.settled() != operation.result()) {
            world.requireWhole(operation.from());
            assertThat(cid.run(operation)).isInstanceOf(Outcome.Done.class);
        }
        world.requireWhole(operation.to());
        assertThat(world.violations)
                .as("killed at call %d, then at call %d, %s", first, second, behind ? "behind" : "before")
                .isEmpty();
        return killed;
    }

    private static boolean dies(Supplier<Outcome> work) {
        try {
            var unused = work.get();
            return false;
        } catch (Gate.Killed killed) {
            return true;
        }
    }

    /** Kills at every call, and the side that was to take the writes is gone as well. */
    @ParameterizedTest
    @EnumSource(Operation.class)
    void beforeTheCommitPointAFenceIsOpenedAgainWithoutTheOtherSide(Operation operation) {
        int fenced = 0;
        for (int at = 0; ; at++) {
            World world = ready(operation);
            KillAt kill = new KillAt(at, true);
            if (!dies(() -> new Operator(world, "ana", kill).run(operation))) {
                break;
            }
            if (world.state.operation().isEmpty() || world.state.applies() != operation.ends()) {
                continue;
            }
            fenced += world.database(operation.from()).closed ? 1 : 0;

            assertThat(new Operator(world, "ben", new SideGone(operation.to())).settle())
                    .isInstanceOf(Outcome.Undone.class);

            world.requireWhole(operation.from());
            assertThat(new Operator(world, "cid", Gate.OPEN).run(operation)).isInstanceOf(Outcome.Done.class);
            world.requireWhole(operation.to());
            assertThat(world.violations).as("killed behind call %d", at).isEmpty();
        }
        assertThat(fenced).isGreaterThan(10);
    }

    /** Stalls at every call; another settles it, does the operation and its opposite; then the first one wakes up. */
    @ParameterizedTest
    @EnumSource(Operation.class)
    void stalledAtAnyMomentItWakesUpToNoEffect(Operation operation) throws InterruptedException {
        int moments = 0;
        for (boolean behind : new boolean[] {false, true}) {
            for (int turns = 0; turns <= 2; turns++) {
                for (int at = 0; stalledAt(operation, at, behind, turns, Gate.OPEN); at++) {
                    moments++;
                }
                for (int at = 0; stalledAt(operation, at, behind, turns, new SideGone(operation.to())); at++) {
                    moments++;
                }
            }
        }
        assertThat(moments).isGreaterThan(300);
    }

    /** @param settling what keeps the one who settles it from doing so, while it is before the commit point */
    private static boolean stalledAt(Operation operation, int at, boolean behind, int turns, Gate settling)
            throws InterruptedException {
        World world = ready(operation);
        StallAt stall = new StallAt(at, behind);
        Operator ana = new Operator(world, "ana", stall);
        Thread thread = new Thread(() -> ends(() -> ana.run(operation)), "ana");
        thread.start();
        if (!stall.awaitStall(thread)) {
            thread.join();
            return false;
        }
        boolean begun = world.ledger.stream().anyMatch(line -> line.entry().by().equals("ana"));
        boolean committed = world.state.applies() == operation.begins();
        new Operator(world, "ben", committed ? Gate.OPEN : settling).settle();
        Operator ben = new Operator(world, "ben", Gate.OPEN);
        for (int turn = 0; turn < turns; turn++) {
            Operation next = world.state.settled() == Phase.SWITCHED ? Operation.REVERT : Operation.CUTOVER;
            assertThat(ben.run(next)).isInstanceOf(Outcome.Done.class);
        }
        String before = world.databases.values() + " " + world.state;
        stall.wakeUp();
        thread.join();
        if (begun) {
            assertThat(world.databases.values() + " " + world.state)
                    .as("stalled at call %d %s, %d turns", at, behind ? "behind" : "before", turns)
                    .isEqualTo(before);
        }
        assertThat(world.violations)
                .as("stalled at call %d %s, %d turns", at, behind ? "behind" : "before", turns)
                .isEmpty();
        new Operator(world, "cid", Gate.OPEN).settle();
        world.requireWhole(world.state.sourceOfTruth().orElseThrow());
        assertThat(world.violations).as("stalled at call %d", at).isEmpty();
        return true;
    }

    private static void ends(Supplier<Outcome> work) {
        try {
            var unused = work.get();
        } catch (RuntimeException e) {
            // How it is told that it is not in charge is not the matter here.
        }
    }

    /** One who looked before another began, and raises its epoch later, is refused, and the other goes on. */
    @ParameterizedTest
    @EnumSource(Operation.class)
    void whoeverActsUponAnOldLookHarmsNoOperationThatHasBegun(Operation operation) throws InterruptedException {
        int moments = 0;
        for (int looking = 0; looking <= 3; looking++) {
            for (int at = 0; actsLate(operation, looking, at); at++) {
                moments++;
            }
        }
        assertThat(moments).isGreaterThan(100);
    }

    private static boolean actsLate(Operation operation, int looking, int at) throws InterruptedException {
        World world = ready(operation);
        StallAt stall = new StallAt(looking, false);
        Thread late = new Thread(() -> ends(() -> new Operator(world, "ben", stall).run(operation)), "ben");
        late.start();
        assertThat(stall.awaitStall(late)).isTrue();
        AtomicBoolean reached = new AtomicBoolean();
        Gate waking = new Gate() {
            @Override
            public void before(int number, String call) {
                if (number == at) {
                    reached.set(true);
                    stall.wakeUp();
                    join(late);
                }
            }
        };
        ends(() -> new Operator(world, "ana", waking).run(operation));
        stall.wakeUp();
        join(late);
        world.requireWhole(operation.to());
        assertThat(world.violations)
                .as("looked up to call %d, acted before call %d", looking, at)
                .isEmpty();
        return reached.get();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Cuts Kafka off at every append: the record is lost, or its answer is, or it arrives much later. */
    @ParameterizedTest
    @EnumSource(Operation.class)
    void withoutKafkaFromAnyMomentItIsUndoneBeforeTheCommitPointAndInDoubtStaysFenced(Operation operation) {
        int moments = 0;
        int inDoubt = 0;
        for (CutAt.Fate fate : CutAt.Fate.values()) {
            int at = 0;
            while (true) {
                World world = ready(operation);
                CutAt cut = new CutAt(at, fate);
                boolean doubt = false;
                try {
                    new Operator(world, "ana", cut).run(operation);
                } catch (InDoubtException e) {
                    doubt = world.state
                            .operation()
                            .flatMap(Running::reached)
                            .filter(Step.SEQUENCES::equals)
                            .isPresent();
                } catch (RuntimeException e) {
                    doubt = false;
                }
                if (!cut.cut()) {
                    break;
                }
                boolean switched = world.state.applies() == operation.begins();
                if (!doubt && !switched) {
                    assertThat(world.database(operation.from()).closed)
                            .as("cut at append %d, %s: %s", at, fate, world.state)
                            .isFalse();
                } else if (doubt) {
                    inDoubt++;
                    assertThat(world.database(operation.from()).closed).isTrue();
                    assertThat(world.database(operation.to()).closed).isTrue();
                }
                Operator ben = new Operator(world, "ben", Gate.OPEN);
                ben.settle();
                cut.arriveLate();
                // A beginning that nothing came before still counts when it arrives.
                ben.settle();
                world.requireWhole(world.state.sourceOfTruth().orElseThrow());
                assertThat(world.violations)
                        .as("cut at append %d, %s", at, fate)
                        .isEmpty();
                moments++;
                at++;
            }
        }
        assertThat(moments).isGreaterThan(50);
        assertThat(inDoubt).isGreaterThanOrEqualTo(3);
    }

    @Test
    void aFindingIsUndoneBeforeAnythingIsFenced() {
        World world = new World();
        Operator ana = new Operator(world, "ana", Gate.OPEN);
        ana.finds(new Problem(Problem.Kind.REFUSED, "source", "A slot is missing.", "Create it."));

        assertThat(ana.run(Operation.CUTOVER))
                .isInstanceOfSatisfying(
                        Outcome.Undone.class, undone -> assertThat(undone.why()).contains("A slot is missing."));
        world.requireWhole(Side.SOURCE);
        assertThat(world.violations).isEmpty();
        assertThat(world.state.phase()).isEqualTo(Phase.FOLLOWING);
    }

    @Test
    void aDrainThatTakesLongerThanThePauseMayIsUndone() {
        World world = new World();
        world.draining = false;

        Outcome outcome = new Operator(world, "ana", Gate.OPEN).hasty().run(Operation.CUTOVER);

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Undone.class, undone -> assertThat(undone.why())
                .contains("before the drain was done")
                .contains("--max-pause"));
        world.draining = true;
        world.requireWhole(Side.SOURCE);
        assertThat(world.violations).isEmpty();
        assertThat(new Operator(world, "ana", Gate.OPEN).run(Operation.CUTOVER)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void whoIsInterruptedBeforeTheCommitPointUndoesItFirst() {
        World world = new World();
        world.draining = false;
        Thread.currentThread().interrupt();

        Outcome outcome = new Operator(world, "ana", Gate.OPEN).run(Operation.CUTOVER);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Undone.class, undone -> assertThat(undone.why())
                .contains("It was told to stop."));
        world.requireWhole(Side.SOURCE);
        assertThat(world.violations).isEmpty();
    }

    @Test
    void whatIsHeldUndoesIt() {
        World world = new World();
        world.held = true;

        assertThat(new Operator(world, "ana", Gate.OPEN).run(Operation.CUTOVER))
                .isInstanceOfSatisfying(
                        Outcome.Undone.class, undone -> assertThat(undone.why()).contains("1 change is held"));
        world.requireWhole(Side.SOURCE);
        assertThat(world.violations).isEmpty();
    }

    @Test
    void whatIsHeldUntilAllHasArrivedPassesAndUndoesNothing() {
        World world = new World();
        world.held = true;
        world.heldPasses = 2;

        assertThat(new Operator(world, "ana", Gate.OPEN).run(Operation.CUTOVER)).isInstanceOf(Outcome.Done.class);
        assertThat(world.violations).isEmpty();
    }

    @Test
    void whatWouldKeepTheNewSideFromOpeningUndoesIt() {
        World world = new World();
        world.maintained = Side.DESTINATION;

        assertThat(new Operator(world, "ana", Gate.OPEN).run(Operation.CUTOVER))
                .isInstanceOfSatisfying(Outcome.Undone.class, undone -> assertThat(undone.why())
                        .contains("An index is being created."));
        world.requireWhole(Side.SOURCE);
        assertThat(world.violations).isEmpty();
    }

    @Test
    void aSecondOperatorIsToldWhoSinceWhenAndWhat() {
        World world = new World();
        assumeThat(dies(() -> new Operator(world, "ana", new KillAt(12, false)).run(Operation.CUTOVER)))
                .isTrue();

        assertThatThrownBy(() -> new Operator(world, "ben", Gate.OPEN).run(Operation.CUTOVER))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("A cutover of ana is under way since 1970-01-01T00:00:00Z, at step ");
        assertThat(world.violations).isEmpty();
    }

    @Test
    void withNothingUnderWayThereIsNothingToSettle() {
        World world = new World();

        assertThat(new Operator(world, "ana", Gate.OPEN).settle()).isInstanceOf(Outcome.Undone.class);
        assertThat(world.ledger).hasSize(1);
    }

    /** A world in which this operation may begin. */
    static World ready(Operation operation) {
        World world = new World();
        if (operation == Operation.REVERT) {
            new Operator(world, "before", Gate.OPEN).run(Operation.CUTOVER);
        }
        return world;
    }
}
