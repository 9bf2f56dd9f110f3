package dev.switchback.pipeline.migration.teardown;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.fence.Remains;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Takes away all that a migration has left: first in the databases, so that nothing is captured or refused any more, then
 * in Kafka and on this machine's disk, and the ledger last, when everything else is gone. May be repeated; what is gone
 * already is not there to be listed. Whether it may be done is {@link Completion}'s question.
 */
public final class Teardown {

    private final List<Place> places;
    private final Optional<KafkaPlace> kafka;

    private record Placed(Place place, Thing thing) {}

    /**
     * A migration's teardown.
     *
     * @param kafka how to reach Kafka; empty where none was ever used
     * @param directory where this machine's processes keep the migration's local state
     */
    public Teardown(
            String migration,
            Map<Side, PostgresConnections> databases,
            Optional<Map<String, Object>> kafka,
            Path directory) {
        this.kafka = kafka.map(settings -> new KafkaPlace(settings, migration));
        this.places = new ArrayList<>();
        for (Side side : Side.values()) {
            places.add(new DatabasePlace(new Remains(Objects.requireNonNull(databases.get(side)), migration)));
        }
        this.kafka.ifPresent(places::add);
        places.add(new DiskPlace(directory));
    }

    /** What there is: things, and what could not be looked into. */
    public record Found(List<Thing> things, List<Problem> problems) {

        public Found {
            things = List.copyOf(things);
            problems = List.copyOf(problems);
        }
    }

    /** Lists everything in the order in which it would go. */
    public Found list() {
        List<Problem> problems = new ArrayList<>();
        List<Thing> things =
                new ArrayList<>(placed(problems).stream().map(Placed::thing).toList());
        attempt(problems, this::ledgerThing).ifPresent(things::addAll);
        return new Found(things, problems);
    }

    /**
     * Takes everything away, and goes on behind what fails.
     *
     * @param gone told of each thing that is gone
     * @return what is left, and why
     */
    public Found remove(Consumer<Thing> gone) {
        List<Problem> problems = new ArrayList<>();
        List<Thing> left = new ArrayList<>();
        for (Placed each : placed(problems)) {
            remove(each, gone, left, problems);
        }
        List<Thing> ledger = attempt(problems, this::ledgerThing).orElse(List.of());
        if (problems.isEmpty()) {
            kafka.ifPresent(place -> ledger.forEach(each -> remove(new Placed(place, each), gone, left, problems)));
        } else {
            left.addAll(ledger);
        }
        return new Found(left, problems);
    }

    private static void remove(Placed each, Consumer<Thing> gone, List<Thing> left, List<Problem> problems) {
        try {
            each.place.remove(each.thing);
            gone.accept(each.thing);
        } catch (ProblemException failure) {
            left.add(each.thing);
            failure.problems()
                    .forEach(problem -> problems.add(new Problem(
                            problem.kind(), each.thing.toString(), "It is left: " + problem.what(), problem.remedy())));
        }
    }

    private List<Placed> placed(List<Problem> problems) {
        List<Placed> placed = new ArrayList<>();
        for (Place place : places) {
            attempt(problems, place::things)
                    .ifPresent(things -> things.forEach(thing -> placed.add(new Placed(place, thing))));
        }
        return placed;
    }

    private List<Thing> ledgerThing() {
        return kafka.filter(KafkaPlace::hasLedger)
                .map(place -> List.of(new Thing(
                        place.where(),
                        KafkaPlace.TOPIC,
                        place.ledger(),
                        "the ledger: what was done when, and by whom")))
                .orElse(List.of());
    }

    @FunctionalInterface
    private interface Look {
        List<Thing> things();
    }

    private static Optional<List<Thing>> attempt(List<Problem> problems, Look look) {
        try {
            return Optional.of(look.things());
        } catch (ProblemException failure) {
            problems.addAll(failure.problems());
            return Optional.empty();
        }
    }
}
