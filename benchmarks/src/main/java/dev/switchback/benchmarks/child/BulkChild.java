package dev.switchback.benchmarks.child;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import dev.switchback.benchmarks.stage.Topics;
import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.postgres.ApplySettings;
import dev.switchback.connectors.postgres.PostgresDestination;
import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mutation.Folding;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;

/**
 * Writes a change topic of one table into the destination as apply does, but with everything before the statements done
 * beforehand: read, decoded, mapped and put into batches, in memory.
 */
public final class BulkChild {

    private BulkChild() {}

    /** @param arguments the migration file, the topic's id, the number of connections */
    public static void main(String[] arguments) throws InterruptedException {
        Lifeline.hold();
        Plan plan = Plan.of(MigrationFile.read(Path.of(arguments[0]), Map.of()));
        Map.Entry<String, List<Mapping>> only =
                plan.mappings().entrySet().iterator().next();
        String topic = only.getKey();
        Mapping mapping = only.getValue().get(0);
        int connections = Integer.parseInt(arguments[2]);
        List<Share> shares = IntStream.range(0, connections)
                .mapToObj(share -> new Share(new InputPartition(topic, arguments[1], share)))
                .toList();
        KafkaAccess kafka = KafkaAccess.declared(plan.file()).orElseThrow();
        try (SchemaStore schemas = kafka.schemas(plan.file())) {
            ChangeDecoder decoder = new ChangeDecoder(schemas, (table, column) -> mapping.inspects(column));
            Topics.read(kafka.settings(), topic, record -> {
                if (decoder.decode(record.value()) instanceof Change change) {
                    Share share = shares.get(record.partition() % connections);
                    mapping.map(change, mutation -> share.put((Mutation.OfRow) mutation));
                }
            });
        }
        PostgresDestination destination = new PostgresDestination(
                Plan.destination(plan.file()), ApplySettings.DEFAULTS, FaultPoints.NONE, change -> "");
        for (Share share : shares) {
            new Thread(() -> share.writeOrTell(destination, plan.flow()), "share " + share.input).start();
        }
        new CountDownLatch(1).await();
    }

    /** What one connection writes: whole partitions, so that the changes of a row stay in order. */
    private static final class Share {

        private final InputPartition input;
        private final List<List<Batch.Work>> batches = new ArrayList<>();
        private final Map<Key, Mutation.OfRow> rows = new LinkedHashMap<>();

        /** @param input under whose checkpoint it writes */
        Share(InputPartition input) {
            this.input = input;
        }

        void put(Mutation.OfRow mutation) {
            Mutation.OfRow earlier = rows.get(mutation.key());
            Optional<Mutation.OfRow> folded = earlier == null ? Optional.of(mutation) : Folding.fold(earlier, mutation);
            if (folded.isEmpty() || rows.size() == BufferBounds.DEFAULT.rows()) {
                endBatch();
            }
            rows.put(mutation.key(), folded.orElse(mutation));
        }

        private void endBatch() {
            batches.add(rows.values().stream()
                    .map(row -> new Batch.Work(row, List.of()))
                    .toList());
            rows.clear();
        }

        void writeOrTell(Destination destination, Flow flow) {
            try (ApplySession session = destination.open(flow)) {
                write(session);
            } catch (RuntimeException failure) {
                Lifeline.announce("failed", failure);
            }
        }

        private void write(ApplySession session) {
            endBatch();
            Checkpoint at = Objects.requireNonNull(session.claim(List.of(input)).get(input));
            for (List<Batch.Work> work : batches) {
                Checkpoint next = new Checkpoint(at.nextOffset() + 1, at.watermark());
                Batch.Progress progress = new Batch.Progress(0, work.size(), 0);
                List<HeldChange> refused = session.apply(
                        new Batch(work, List.of(), List.of(new Batch.Advance(input, at, next, progress))));
                if (!refused.isEmpty()) {
                    throw new IllegalStateException("refused: " + refused.get(0).reason());
                }
                at = next;
            }
        }
    }
}
