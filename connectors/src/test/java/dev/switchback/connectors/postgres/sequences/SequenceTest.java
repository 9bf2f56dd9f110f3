package dev.switchback.connectors.postgres.sequences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.OptionalLong;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.connectors.postgres.sequences.Sequence.Bounds;
import dev.switchback.transforms.schema.TableId;

class SequenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            # increment, last, called | other's last, called | target
              1 | 500 | true  |    1 | false | 600
              1 |   1 | false |    1 | false | 100
              1 | 500 | true  |  600 | true  | none
              1 | 500 | true  |  600 | false | 600
              1 | 500 | true  | 9000 | true  | none
              2 | 501 | true  |    1 | false | 701
             -1 |  -5 | true  |   -1 | false | -105
             -1 |  -5 | true  | -200 | true  | none
            """)
    void theOtherOneGoesOnBehindTheMarginAndNeverBack(
            long increment, long last, boolean called, long otherLast, boolean otherCalled, String target) {
        Sequence from = sequence(increment, last, called, false);
        Sequence to = sequence(increment, otherLast, otherCalled, false);

        OptionalLong expected = target.equals("none") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(target));
        assertThat(from.handedTo(to, 100)).isEqualTo(expected);
    }

    @Test
    void whatIsBeyondTheOthersEndIsRefused() {
        Sequence from = sequence(1, 9_950, true, false);
        assertThatThrownBy(() -> from.handedTo(sequence(1, 1, false, false), 100))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("10050 is not below its end, 10000");
        assertThatThrownBy(() -> sequence(1, 5, true, false).handedTo(sequence(-1, -1, false, false), 1))
                .hasMessageContaining("one counts up");
    }

    @Test
    void oneThatCyclesStartsOver() {
        assertThat(sequence(1, 9_950, true, false).handedTo(sequence(1, 1, false, true), 100))
                .hasValue(-10_000);
    }

    @Test
    void theColumnsTypeEndsASequenceThatCouldGoOn() {
        Sequence bigserialOfInt = new Sequence(
                TableId.parse("s"),
                new Bounds(1, 1, Long.MAX_VALUE, false),
                2_147_483_640L,
                true,
                Optional.of(new Sequence.Column(TableId.parse("t"), "id", Integer.MAX_VALUE)));

        assertThat(bigserialOfInt.remaining()).isEqualTo(7);
        assertThat(bigserialOfInt.range()).isEqualTo(Integer.MAX_VALUE - 1L);
    }

    @Test
    void theWidestRangeIsCountedWithoutOverflow() {
        Sequence all = new Sequence(
                TableId.parse("s"),
                new Bounds(1, Long.MIN_VALUE, Long.MAX_VALUE, false),
                Long.MIN_VALUE,
                false,
                Optional.empty());

        assertThat(all.range()).isEqualTo(Long.MAX_VALUE);
        assertThat(all.remaining()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"0, 1000", "99, 1000", "100, 1000", "100.01, 1001", "2000, 20000"})
    void theMarginIsTenSecondsOfNumbersAndAThousandAtLeast(double perSecond, long margin) {
        assertThat(SequenceHandOver.margin(perSecond)).isEqualTo(margin);
    }

    /** Numbers given on one side, handed over, given on the other, and so on: none comes twice. */
    @Property(tries = 300)
    void throughAnyNumberOfTurnsNoNumberComesTwice(
            @ForAll @IntRange(min = 1, max = 6) int turns,
            @ForAll @LongRange(min = 1, max = 50) long each,
            @ForAll @LongRange(min = 1, max = 30) long seenLate,
            @ForAll boolean down) {
        long increment = down ? -3 : 3;
        Sequence[] sides = {sequence(increment, down ? -1 : 1, false, false), sequence(increment, 0, false, false)};
        long furthest = Long.MIN_VALUE;
        for (int turn = 0; turn < turns; turn++) {
            Sequence giving = give(sides[turn % 2], each);
            // Behind the reading, clients take some more.
            sides[turn % 2] = give(giving, seenLate);
            long taken = sides[turn % 2].last() * Long.signum(increment);
            assertThat(taken).isGreaterThan(furthest);
            furthest = taken;
            Sequence to = sides[(turn + 1) % 2];
            OptionalLong target = giving.handedTo(to, 30);
            sides[(turn + 1) % 2] = target.isPresent() ? at(to, target.getAsLong()) : to;
            long next = give(sides[(turn + 1) % 2], 1).last() * Long.signum(increment);
            assertThat(next).as("the first number of the other side").isGreaterThan(furthest);
        }
    }

    private static Sequence give(Sequence sequence, long count) {
        long given = sequence.called() ? count : count - 1;
        return at(sequence, sequence.last() + given * sequence.bounds().increment());
    }

    private static Sequence at(Sequence sequence, long last) {
        return new Sequence(sequence.id(), sequence.bounds(), last, true, sequence.column());
    }

    private static Sequence sequence(long increment, long last, boolean called, boolean cycle) {
        return new Sequence(
                TableId.parse("s"), new Bounds(increment, -10_000, 10_000, cycle), last, called, Optional.empty());
    }
}
