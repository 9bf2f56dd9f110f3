package dev.switchback.connectors.postgres.sequences;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import dev.switchback.connectors.postgres.Findings;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.Sql;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Lets one side's sequences go on where the other's stop, with a margin, since a client may have taken a number from the
 * old side that it writes to the new one. Never moves a sequence backwards, so that it may be repeated, and done the
 * other way round, at any time. Thread-safe.
 */
public final class SequenceHandOver {

    /** How many numbers are left out at least. */
    public static final long LEAST_MARGIN = 1_000;

    /** Of what time's numbers as many are left out, where those are more. */
    public static final Duration MARGIN = Duration.ofSeconds(10);

    private final PostgresConnections from;
    private final PostgresConnections to;
    private final List<TablePair> tables;

    /**
     * A sequence that was handed over.
     *
     * @param last the number that it takes for given now
     * @param moved whether it was moved, and not as far already
     */
    public record Handed(TableId from, TableId to, long last, boolean moved) {}

    /**
     * What to hand over.
     *
     * @param from the side that numbers were given on
     * @param tables the tables by which sequences correspond, {@code source} being the one of {@code from}
     */
    public SequenceHandOver(PostgresConnections from, PostgresConnections to, List<TablePair> tables) {
        this.from = from;
        this.to = to;
        this.tables = List.copyOf(tables);
    }

    /** Where the sequences stand that are to be handed over, to tell later how fast they go. */
    public Reading observe() {
        return read(from, tables.stream().map(TablePair::source).toList());
    }

    private Reading target() {
        return read(to, tables.stream().map(TablePair::destination).toList());
    }

    /**
     * Moves the other side's sequences.
     *
     * @param earlier from {@link #observe}, some seconds ago
     * @throws ProblemException when one cannot go on from there; those that can have been moved, which does no harm
     */
    public List<Handed> handOver(Reading earlier) {
        Reading now = observe();
        List<Handed> handed = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        try (Connection connection = to.open()) {
            for (SequencePair pair : SequencePair.of(now, target(), tables)) {
                try {
                    handed.add(move(connection, pair, margin(now.rate(pair.from(), earlier))));
                } catch (ArithmeticException beyond) {
                    problems.add(beyond(pair, beyond));
                }
            }
        } catch (SQLException failure) {
            throw new ProblemException(to.problem(failure), failure);
        }
        ProblemException.requireNone(problems);
        return handed;
    }

    private static Handed move(Connection connection, SequencePair pair, long margin) throws SQLException {
        OptionalLong target = pair.from().handedTo(pair.to(), margin);
        if (target.isPresent()) {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT setval(CAST(? AS regclass), ?, true)")) {
                statement.setString(1, Sql.name(pair.to().id()));
                statement.setLong(2, target.getAsLong());
                statement.execute();
            }
        }
        return new Handed(
                pair.from().id(), pair.to().id(), target.orElse(pair.to().last()), target.isPresent());
    }

    /** How many numbers to leave out of a sequence that gives so many a second. */
    static long margin(double perSecond) {
        return Math.max(LEAST_MARGIN, (long) Math.ceil(perSecond * MARGIN.toMillis() / 1e3));
    }

    /**
     * What would go wrong, or will before long. That the old side runs out of numbers is a notice: it may be the reason
     * to leave it.
     */
    public Findings check() {
        Reading here = observe();
        Reading there = target();
        Headroom headroom = new Headroom();
        here.sequences().forEach(sequence -> headroom.check(from.where(), sequence, false));
        there.sequences().forEach(sequence -> headroom.check(to.where(), sequence, true));
        for (SequencePair pair : SequencePair.of(here, there, tables)) {
            try {
                var unused = pair.from().handedTo(pair.to(), LEAST_MARGIN);
            } catch (ArithmeticException beyond) {
                headroom.add(beyond(pair, beyond));
            }
        }
        for (Sequence left : SequencePair.left(here, there, tables)) {
            headroom.add(new Problem(
                    Kind.REFUSED,
                    to.where(),
                    "Sequence " + left.id() + " gives "
                            + left.column().map(Sequence.Column::name).orElse("") + " of "
                            + left.column().map(Sequence.Column::table).orElse(left.id())
                            + " its numbers, and nothing on the other side says where they stop.",
                    "Give the other side's column a sequence, or take this one's default away."));
        }
        return headroom.findings();
    }

    private Problem beyond(SequencePair pair, ArithmeticException why) {
        return new Problem(
                Kind.REFUSED,
                to.where(),
                "Sequence " + pair.to().id() + " cannot go on from "
                        + pair.from().id() + ", which is at " + pair.from().last() + ": " + why.getMessage() + ".",
                "Alter its bounds and its direction to those of the other one, and its column to bigint if need be.");
    }

    private static Reading read(PostgresConnections database, List<TableId> ids) {
        try (Connection connection = database.open()) {
            return Reading.of(connection, ids);
        } catch (SQLException failure) {
            throw new ProblemException(database.problem(failure), failure);
        }
    }
}
