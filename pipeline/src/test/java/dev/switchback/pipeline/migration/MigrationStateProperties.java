package dev.switchback.pipeline.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

import dev.switchback.pipeline.migration.Running.Outcome;

/**
 * Two operators, each with its own old look at the ledger and entries of its own that arrive late, do what they please.
 * What the ledger then holds is checked entry by entry, without asking the state that is under test.
 */
class MigrationStateProperties {

    /** What one operator does next. */
    enum Move {
        LOOK,
        GO_ON,
        TAKE_OVER,
        UNDO,
        ANYTHING,
        LATE
    }

    record Turn(int operator, Move move, int choice) {}

    @Provide
    Arbitrary<List<Turn>> turns() {
        Arbitrary<Integer> operators = Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(1, 1));
        Arbitrary<Move> moves = Arbitraries.frequency(
                Tuple.of(30, Move.LOOK),
                Tuple.of(60, Move.GO_ON),
                Tuple.of(1, Move.TAKE_OVER),
                Tuple.of(1, Move.UNDO),
                Tuple.of(4, Move.ANYTHING),
                Tuple.of(4, Move.LATE));
        Arbitrary<Turn> turn = Combinators.combine(
                        operators, moves, Arbitraries.integers().between(0, 40))
                .as(Turn::new);
        return turn.list().ofMinSize(50).ofMaxSize(300);
    }

    @Property(tries = 500)
    void whatTwoOperatorsDecideIsOneStory(@ForAll("turns") List<Turn> turns) {
        Log log = new Log();
        Operator[] operators = {new Operator("ana", log), new Operator("ben", log)};
        turns.forEach(turn -> operators[turn.operator()].move(turn));

        check(log.lines);
        long switches = log.lines.stream()
                .filter(line -> line.objection().isEmpty() && line.entry().record() instanceof Decision.Switched)
                .count();
        Statistics.label("switches").collect(Math.min(switches, 3));
        Statistics.label("took over")
                .collect(log.lines.stream()
                        .anyMatch(line ->
                                line.objection().isEmpty() && line.entry().record() instanceof Decision.TookOver));
        Statistics.label("refused")
                .collect(log.lines.stream().anyMatch(line -> line.objection().isPresent()));
    }

    private static void check(List<Line> lines) {
        Side open = Side.SOURCE;
        long epoch = 1;
        boolean decided = false;
        List<Step> doneUnderEpoch = new ArrayList<>();
        Operation operation = Operation.REVERT;
        Set<Long> numbers = new HashSet<>();
        for (Line line : lines) {
            if (line.objection().isPresent() || !(line.entry().record() instanceof Decision decision)) {
                continue;
            }
            Claim claim = line.entry().claim().orElseThrow();
            assertThat(numbers.add(claim.decisions()))
                    .as("one decision upon each look")
                    .isTrue();
            boolean leases = decision instanceof Decision.Began || decision instanceof Decision.TookOver;
            assertThat(claim.epoch()).as("%s", line).isGreaterThanOrEqualTo(leases ? epoch + 1 : epoch);
            assertThat(leases || claim.epoch() == epoch)
                    .as("under the lease's epoch")
                    .isTrue();
            epoch = claim.epoch();
            if (leases) {
                doneUnderEpoch.clear();
            }
            if (decision instanceof Decision.Began began) {
                operation = began.operation();
                assertThat(operation.from())
                        .as("the writes are where they are taken from")
                        .isEqualTo(open);
                decided = false;
            } else if (decision instanceof Decision.StepDone done) {
                doneUnderEpoch.add(done.step());
            } else if (decision instanceof Decision.UndoBegan) {
                assertThat(decided).as("undone only what is not decided").isFalse();
                decided = true;
            } else if (decision instanceof Decision.Switched) {
                assertThat(decided).as("switched only what is not decided").isFalse();
                assertThat(doneUnderEpoch)
                        .as("every step, under the epoch that switches")
                        .isEqualTo(operation.toCommit());
                decided = true;
                open = operation.to();
            }
            line.after().sourceOfTruth().ifPresent(new Only(open)::check);
        }
    }

    private record Only(Side open) {
        void check(Side side) {
            assertThat(side).as("the one side that may be open").isEqualTo(open);
        }
    }

    /** Keeps what arrives in the order in which it arrives, as Kafka does. */
    private static final class Log {
        private final List<Line> lines = new ArrayList<>();
        private MigrationState state = MigrationState.START;

        Log() {
            append(Entry.note(Instant.EPOCH, "run", new Note.Copied(1, Duration.ZERO)));
        }

        void append(Entry entry) {
            Line line = Line.of(lines.size(), entry, state);
            lines.add(line);
            state = line.after();
        }
    }

    private static final class Operator {
        private final String name;
        private final Log log;
        private final Deque<Entry> late = new ArrayDeque<>();
        private MigrationState seen = MigrationState.START;
        private long epoch;

        Operator(String name, Log log) {
            this.name = name;
            this.log = log;
        }

        void move(Turn turn) {
            switch (turn.move()) {
                case LOOK -> seen = log.state;
                case GO_ON -> send(next(), turn.choice() == 0);
                case TAKE_OVER -> {
                    epoch = seen.epoch() + 1 + turn.choice() % 2;
                    send(new Decision.TookOver("stalled"), false);
                }
                case UNDO -> send(new Decision.UndoBegan("late"), false);
                case ANYTHING -> send(anything(turn.choice()), turn.choice() % 5 == 0);
                case LATE -> {
                    if (!late.isEmpty()) {
                        log.append(late.removeFirst());
                    }
                }
            }
        }

        private Decision next() {
            if (seen.operation().isEmpty()) {
                epoch = seen.epoch() + 1;
                Operation operation = seen.settled() == Phase.SWITCHED ? Operation.REVERT : Operation.CUTOVER;
                return new Decision.Began(operation, Duration.ZERO);
            }
            Running running = seen.operation().get();
            if (running.outcome() == Outcome.UNDOING) {
                return new Decision.Undone();
            }
            if (running.underWay().isPresent()) {
                return new Decision.StepDone(running.underWay().get(), Duration.ZERO, Map.of());
            }
            return running.next()
                    .<Decision>map(Decision.StepBegan::new)
                    .orElseGet(() ->
                            running.outcome() == Outcome.SWITCHED ? new Decision.Finished() : new Decision.Switched());
        }

        private static Decision anything(int choice) {
            List<Step> steps = List.of(Step.values());
            Step step = steps.get(choice % steps.size());
            return switch (choice % 8) {
                case 0 -> new Decision.Switched();
                case 1 -> new Decision.UndoBegan("x");
                case 2 -> new Decision.Undone();
                case 3 -> new Decision.Finished();
                case 4 -> new Decision.StepBegan(step);
                case 5 -> new Decision.StepDone(step, Duration.ZERO, Map.of());
                case 6 -> new Decision.Began(Operation.CUTOVER, Duration.ZERO);
                default -> new Decision.Began(Operation.REVERT, Duration.ZERO);
            };
        }

        /** One that has been sent and not acknowledged may arrive at any later time. Whoever sent it may not know. */
        private void send(Decision decision, boolean delayed) {
            Entry entry = Entry.decision(Instant.EPOCH, name, decision, seen.claim(epoch));
            if (delayed) {
                late.addLast(entry);
            } else {
                log.append(entry);
                seen = log.state;
            }
        }
    }
}
