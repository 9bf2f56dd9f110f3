package dev.switchback.pipeline.migration.check;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.connectors.postgres.sequences.KeyHeadroom;
import dev.switchback.connectors.postgres.sequences.SequenceHandOver;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/** All checks of an operation, in the order in which their findings are said. */
public record Checks(List<Parts.Finding> each) {

    public Checks {
        each = List.copyOf(each);
    }

    /**
     * What the checks look at.
     *
     * @param tables which source table's rows go where
     * @param lag as for {@link LagCheck}
     */
    public record Subjects(
            Map<Side, PostgresConnections> databases,
            Map<Side, Fence> fences,
            Map<Direction, Parts.Applying> flows,
            Collection<TablePair> tables,
            Function<Direction, Optional<Duration>> lag,
            Duration lagBound) {

        PostgresConnections database(Side side) {
            return Objects.requireNonNull(databases.get(side));
        }
    }

    public static Checks of(Subjects subjects) {
        return new Checks(List.of(
                new FenceCheck(subjects.fences),
                new HeldCheck(subjects.flows),
                new LagCheck(subjects.lag, subjects.lagBound),
                new SequenceCheck(handOvers(subjects)),
                new KeyCheck(ofEach(side -> new KeyHeadroom(subjects.database(side), tables(subjects, side))))));
    }

    /** What hands sequences over when a direction ends. */
    public static Map<Direction, SequenceHandOver> handOvers(Subjects subjects) {
        PostgresConnections source = subjects.database(Side.SOURCE);
        PostgresConnections destination = subjects.database(Side.DESTINATION);
        List<TablePair> forward = List.copyOf(subjects.tables);
        List<TablePair> back = forward.stream().map(Checks::turned).toList();
        return Map.of(
                Direction.FORWARD, new SequenceHandOver(source, destination, forward),
                Direction.REVERSE, new SequenceHandOver(destination, source, back));
    }

    /** The pair as the way back sees it, as far as sequences are concerned: bare columns alone. */
    private static TablePair turned(TablePair pair) {
        List<ColumnPair> columns = pair.columns().stream()
                .map(columnPair ->
                        new ColumnPair(/* source= */ columnPair.destination(), /* destination= */ columnPair.source()))
                .toList();
        return new TablePair(/* source= */ pair.destination(), /* destination= */ pair.source(), columns, List.of());
    }

    private static List<TableId> tables(Subjects subjects, Side side) {
        return subjects.tables.stream()
                .map(pair -> side == Side.SOURCE ? pair.source() : pair.destination())
                .distinct()
                .toList();
    }

    private static <T> Map<Side, T> ofEach(Function<Side, T> made) {
        return Stream.of(Side.values()).collect(Collectors.toMap(side -> side, made));
    }

    /** For {@link Parts}. */
    public List<Parts.Finding> findings() {
        return List.copyOf(each);
    }

    /** Everything that stands in the way of ending a direction. */
    public List<Problem> problems(Direction ends) {
        return each.stream().flatMap(check -> check.problems(ends).stream()).toList();
    }

    /** Everything else that the operator should know. */
    public List<String> notices(Direction ends) {
        return each.stream().flatMap(check -> check.notices(ends).stream()).toList();
    }
}
