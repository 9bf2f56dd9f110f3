package dev.switchback.pipeline.cases;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.ChangeEncoder;
import dev.switchback.connectors.avro.KeyChange;
import dev.switchback.connectors.avro.MemorySchemaStore;
import dev.switchback.connectors.avro.WireOutput;
import dev.switchback.connectors.debezium.Routes;
import dev.switchback.connectors.memory.DestinationInMemory;
import dev.switchback.connectors.memory.RowsInMemory;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.ApplyThreads;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.pipeline.topology.InputTopics;
import dev.switchback.pipeline.topology.MigrationTopology;
import dev.switchback.pipeline.topology.SourceRowNames;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * One run of a migration's topology, over changes that are written to its topics as capture writes them, into a
 * destination in memory. Not thread-safe.
 */
final class CaseRun implements AutoCloseable {

    private static final BufferBounds BOUNDS = new BufferBounds(1_000_000, 1L << 40, Duration.ofMillis(5));

    /** After that time everything is applied, and held changes are tried again. */
    private static final Duration LONG = Duration.ofSeconds(1);

    private static final int MOST_RETRIES = 100;

    private final ChangeDecoder decoder;
    private final Path state;
    private final DestinationInMemory destination;
    private final ApplyThreads threads;
    private final DrivenTopology topology;
    private final Map<TableId, List<Target>> targets = new LinkedHashMap<>();

    /** A topic that a table's changes go to. */
    private record Target(String topic, ChangeEncoder encoder) {}

    /** @param held in the order of the input */
    record Outcome(RowsInMemory content, List<Held> held) {}

    /** @param table the source table; empty behind a mutation topic, where the source key has the table's name in it */
    record Held(HeldChange change, Optional<TableId> table) {}

    CaseRun(KnownMigration migration) {
        FlowPlan plan = migration.plan();
        Flow flow = plan.flow();
        MemorySchemaStore schemas = new MemorySchemaStore();
        decoder = ChangeDecoder.ofEvents(schemas);
        Routes routes = plan.routes();
        WireOutput output = new WireOutput();
        for (PostgresTable table : plan.captured()) {
            TableSchema captured = SourceTable.captured(table.schema());
            targets.put(
                    table.id(),
                    routes.topics(flow, table.id()).stream()
                            .map(topic -> new Target(topic, routes.encoder(flow, topic, captured, schemas, output)))
                            .toList());
        }
        destination = new DestinationInMemory(
                new DestinationRules(migration.snapshot().destination()), SourceRowNames.of(schemas));
        threads = new ApplyThreads(flow, destination, BOUNDS, Integer.MAX_VALUE, ApplyListener.NONE);
        InputTopics topics = topics(plan);
        Topology built = MigrationTopology.build(
                topics, plan.mappings(), plan.joins(), schemas, NothingCommitted.INSTANCE, threads);
        state = temporaryDirectory();
        topology = new DrivenTopology(built, topics, state);
    }

    /** @throws ProblemException when the topology halts */
    Outcome run(List<Change> given) {
        try {
            for (int i = 0; i < given.size(); i++) {
                read(given.get(i), otherHalf(given, i));
            }
            settle();
        } catch (RuntimeException e) {
            throw problem(e);
        }
        List<Held> held = destination.held().stream()
                .map(change -> new Held(change, table(change)))
                .toList();
        return new Outcome(destination.content(), held);
    }

    private Optional<TableId> table(HeldChange held) {
        return decoder.decode(held.change().value()) instanceof Change change
                ? Optional.of(change.table())
                : Optional.empty();
    }

    @Override
    public void close() {
        topology.close();
        threads.close();
        try (Stream<Path> paths = Files.walk(state)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each change is applied before the next one comes. */
    private void read(Change change, @Nullable Change otherHalf) {
        for (Target target : targets.getOrDefault(change.table(), List.of())) {
            byte @Nullable [] key = key(target, change);
            byte @Nullable [] other = otherHalf == null ? null : key(target, otherHalf);
            topology.read(target.topic(), key, target.encoder().value(change), KeyChange.headers(change, other));
        }
        topology.letPass(LONG);
    }

    private static byte @Nullable [] key(Target target, Change change) {
        @Nullable Row keyed = change.keyed();
        return keyed == null ? null : target.encoder().key(keyed);
    }

    /** The two halves of a change of key stand side by side, at one place of the log. */
    private static @Nullable Change otherHalf(List<Change> given, int place) {
        return Stream.of(place - 1, place + 1)
                .filter(other -> other >= 0 && other < given.size())
                .map(given::get)
                .filter(other -> other.lsn() == given.get(place).lsn())
                .findFirst()
                .orElse(null);
    }

    /** Tries what is held again until nothing comes of it any more. */
    private void settle() {
        List<HeldChange> before = List.of();
        List<HeldChange> held = destination.held();
        for (int i = 0; i < MOST_RETRIES && !held.equals(before); i++) {
            before = held;
            destination.makeHeldDue();
            topology.letPass(LONG);
            held = destination.held();
        }
    }

    private static InputTopics topics(FlowPlan plan) {
        List<String> names = new ArrayList<>(plan.mappings().keySet());
        names.addAll(plan.joins().topics());
        return new InputTopics(
                Set.copyOf(names).stream().collect(Collectors.toMap(name -> name, name -> "id-of-" + name)), 1);
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("switchback-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What halted the topology, below what Streams has wrapped around it. */
    private static RuntimeException problem(RuntimeException thrown) {
        for (@Nullable Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof ProblemException problem) {
                return problem;
            }
        }
        return thrown;
    }
}
