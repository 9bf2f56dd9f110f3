package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.ClaimEncoder;
import dev.switchback.connectors.avro.KeyChange;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.pipeline.topology.WholeRows.Whole;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.TaskWatermark;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.mapping.RowMapping;
import dev.switchback.transforms.mapping.UnmappableException;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.sql.Lookup;

/**
 * Keeps, for every source row of its task, the claim that its {@code SELECT} makes now: whenever the row changes, or a
 * row that it looks up. Claims that change go to the mutation topics.
 */
@SuppressWarnings("NullAway.Init") // Streams calls init before anything else
final class JoinProcessor extends ContextualProcessor<byte[], InputEvent, byte[], MutationRecord> {

    static final String ROWS = "join-rows";
    static final String DEPENDENTS = "join-dependents";
    static final String LOOKUP_ROWS = "join-lookup-rows";
    static final String LOOKUP_KEYS = "join-lookup-keys";
    static final String WATERMARKS = "join-watermarks";

    private final Joins joins;
    private final SchemaStore schemas;
    private final ChangeDecoder decoder;
    private final ClaimEncoder encoder;
    private final Map<String, RowMapping> mappings = new HashMap<>();
    private final Map<String, WholeRows> whole = new HashMap<>();
    private final Map<String, Set<LookupUse>> uses;
    private final Map<String, Set<String>> inputs;

    private KeyValueStore<Bytes, byte[]> rows;
    private Dependents dependents;
    private LookupRows lookups;
    private PassedWatermarks watermarks;

    JoinProcessor(Joins joins, SchemaStore schemas, ChangeDecoder decoder) {
        this.joins = joins;
        this.schemas = schemas;
        this.decoder = decoder;
        this.encoder = new ClaimEncoder(schemas);
        this.uses = joins.byLookupTopic();
        this.inputs = joins.inputsByChangeTopic();
        joins.byChangeTopic().forEach((topic, mapping) -> {
            mappings.put(topic, mapping.copy());
            whole.put(topic, new WholeRows(schemas, topic, mapping.source()));
        });
    }

    @Override
    public void init(ProcessorContext<byte[], MutationRecord> context) {
        super.init(context);
        rows = context.getStateStore(ROWS);
        dependents = new Dependents(context.getStateStore(DEPENDENTS));
        lookups = new LookupRows(
                context.getStateStore(LOOKUP_ROWS), context.getStateStore(LOOKUP_KEYS), decoder, schemas, joins.flow());
        watermarks = new PassedWatermarks(context.getStateStore(WATERMARKS), joins.inputs());
    }

    @Override
    public void process(Record<byte[], InputEvent> record) {
        InputChange input = record.value().input();
        String topic = input.input().topic();
        if (record.value().event() instanceof Watermark watermark) {
            passOn(topic, watermark);
        } else if (record.value().event() instanceof Change change) {
            if (uses.containsKey(topic)) {
                lookupChanged(topic, input, change);
            } else {
                rowChanged(topic, input, change, KeyChange.other(change, record.headers(), decoder));
            }
        } else {
            throw new IllegalStateException("neither change nor watermark: " + EventDecoder.place(input));
        }
    }

    /** Nothing of what the mapping reads can be behind a later watermark than any of its own inputs has passed. */
    private Claim.Cause cause(Change change, String topic) {
        return new Claim.Cause(
                change.operation() == Operation.READ,
                change.commitMicros(),
                watermarks.highest(Optional.ofNullable(inputs.get(topic)).orElseThrow()));
    }

    /** @param other the row's other key, where the change is half a change of key */
    private void rowChanged(String topic, InputChange input, Change change, Optional<Row> other) {
        Claim.Cause cause = cause(change, topic);
        if (change.operation() == Operation.TRUNCATE) {
            all(topic).forEach(row -> remove(mapping(topic), row, null, cause));
            return;
        }
        Bytes key = StoreKey.of(StoreKey.text(topic), StoreKey.bytes(input.sourceKey()));
        Row after = change.after();
        Remembered before = remembered(key);
        Claim placed = before.placed();
        Optional<Claim> handover = other.flatMap(known -> handover(mapping(topic), change, known, cause))
                .map(claim -> claim.aged(placed == null ? null : placed.age()));
        if (after == null) {
            remove(mapping(topic), key, handover.orElse(null), cause);
            return;
        }
        if (handover.isPresent()) {
            giveUp(mapping(topic), before, handover.get(), cause);
            before = before.having(handover.get());
        }
        Optional<Whole> now = wholeRows(topic).of(input, change, before.row(decoder));
        if (now.isPresent()) {
            place(mapping(topic), key, before, now.get().row(), now.get().bytes(), WholeRows.absent(after), cause);
        } else {
            refuse(mapping(topic), key, before, after, cause);
        }
    }

    /**
     * What half a change of key has to do with the destination row, if that stays the same one: the old key gives it up to
     * the new one, which has it from then on. So the row is never away in between, nor what it has of its own.
     */
    private Optional<Claim> handover(RowMapping mapping, Change change, Row other, Claim.Cause cause) {
        boolean gives = change.operation() == Operation.DELETE;
        Row own = gives ? Objects.requireNonNull(change.before()) : Objects.requireNonNull(change.after());
        Optional<Key> row = mapping.contested() ? mapping.keyOf(own) : Optional.empty();
        if (row.isEmpty() || !row.equals(mapping.keyOf(other))) {
            return Optional.empty();
        }
        Claim.Owner from = owner(mapping, gives ? own : other);
        Claim.Owner to = owner(mapping, gives ? other : own);
        return Optional.of(new Claim(
                owner(mapping, own),
                List.of(row.get().values()),
                null,
                null,
                cause,
                new Claim.Handover(from, to, change.lsn()),
                null));
    }

    private void lookupChanged(String topic, InputChange input, Change change) {
        for (LookupUse use : uses.getOrDefault(topic, Set.of())) {
            for (byte[] affected : lookups.take(use, input, change)) {
                dependents.forEach(use, affected, key -> placeAgain(key, change));
            }
        }
    }

    private void placeAgain(Bytes key, Change lookup) {
        Remembered before = remembered(key);
        Row row = before.row(decoder);
        if (row != null) {
            String topic = new String(StoreKey.parts(key.get()).get(0), java.nio.charset.StandardCharsets.UTF_8);
            place(mapping(topic), key, before, row, before.row(), Set.of(), cause(lookup, topic));
        }
    }

    /**
     * Has the row claim what the mapping makes of it now.
     *
     * @param unchanged the columns that are as they were, as far as the log says so
     */
    private void place(
            RowMapping mapping,
            Bytes key,
            Remembered before,
            Row row,
            byte[] bytes,
            Set<String> unchanged,
            Claim.Cause cause) {
        List<byte[]> lookedUp = new ArrayList<>();
        Row joined = lookUp(mapping, row, lookedUp);
        dependents.move(key, uses(mapping), before.lookedUp(), lookedUp);
        Claim.Owner owner = owner(mapping, row);
        try {
            Claim claim = mapping.map(joined)
                    .map(upsert -> claim(mapping, owner, upsert, before, unchanged, cause))
                    .orElse(null);
            settle(mapping, before, claim, cause);
            Claim placed = claim == null ? null : claim.withdrawn(cause);
            rows.put(key, new Remembered(bytes, placed, "", lookedUp).bytes(encoder));
        } catch (UnmappableException e) {
            emit(mapping, Claim.about(owner, cause).refused(String.valueOf(e.getMessage())));
            rows.put(key, new Remembered(bytes, before.placed(), owner.key(), lookedUp).bytes(encoder));
        }
    }

    /** Of a row that stays where it is, and that is nobody else's to claim, large values need not be told again. */
    private static Claim claim(
            RowMapping mapping,
            Claim.Owner owner,
            Upsert upsert,
            Remembered before,
            Set<String> unchanged,
            Claim.Cause cause) {
        int age = mapping.destination().age();
        Claim claim = new Claim(owner, List.of(upsert.key().values()), Arrays.asList(upsert.values()), null, cause)
                .aged(age < 0 ? null : upsert.values()[age]);
        boolean same = claim.sameRow(before.placed());
        if (!mapping.contested() && before.refused().isEmpty() && same) {
            mapping.leaveOut(upsert.values(), unchanged);
        }
        return same ? claim.by(Objects.requireNonNull(before.placed()).handover()) : claim;
    }

    /** Nothing can be said of a row of which only patches are known. */
    private void refuse(RowMapping mapping, Bytes key, Remembered before, Row patch, Claim.Cause cause) {
        Claim.Owner owner = owner(mapping, patch);
        emit(
                mapping,
                Claim.about(owner, cause)
                        .refused("the update leaves out unchanged values, and the row itself is not known"));
        rows.put(key, new Remembered(before.row(), before.placed(), owner.key(), before.lookedUp()).bytes(encoder));
    }

    /** @param given that the destination row is given up to another source row; null where it is given up as such */
    private void remove(RowMapping mapping, Bytes key, @Nullable Claim given, Claim.Cause cause) {
        Remembered before = remembered(key);
        dependents.move(key, uses(mapping), before.lookedUp(), List.of());
        settle(mapping, before, given, cause);
        rows.delete(key);
    }

    /** Gives up what the row had and does not have now, and claims what it has now. */
    private void settle(RowMapping mapping, Remembered before, @Nullable Claim now, Claim.Cause cause) {
        boolean givesOn = now != null && now.row() == null;
        if (givesOn) {
            emit(mapping, Objects.requireNonNull(now));
        }
        giveUp(mapping, before, now, cause);
        if (now != null && !givesOn) {
            emit(mapping, now);
        }
        if (!before.refused().isEmpty()) {
            emit(mapping, Claim.about(new Claim.Owner(mapping.source().id(), before.refused()), cause));
        }
    }

    private void giveUp(RowMapping mapping, Remembered before, @Nullable Claim now, Claim.Cause cause) {
        Claim placed = before.placed();
        if (placed != null && (!placed.sameRow(now) || owes(placed, now))) {
            emit(mapping, placed.withdrawn(cause).by(placed.handover()));
        }
    }

    /** Whether the row was given to this one, and it has not said yet what it does with it. */
    private static boolean owes(Claim placed, @Nullable Claim now) {
        return placed.handover() != null && (now == null || !placed.handover().equals(now.handover()));
    }

    private Row lookUp(RowMapping mapping, Row row, List<byte[]> lookedUp) {
        List<@Nullable Row> found = new ArrayList<>();
        Row joined = mapping.joined(row, found);
        for (Lookup lookup : mapping.lookups()) {
            byte[] key =
                    mapping.lookupKey(lookup, joined).map(JoinProcessor::bytes).orElse(new byte[0]);
            lookedUp.add(key);
            found.add(
                    key.length == 0
                            ? null
                            : lookups.find(LookupUse.of(lookup), key).orElse(null));
            joined = mapping.joined(row, found);
        }
        return joined;
    }

    private void passOn(String topic, Watermark watermark) {
        watermarks.passed(topic, watermark.id()).ifPresent(id -> {
            byte[] value = encoder.value(new TaskWatermark(
                    context().taskId().partition(), new Watermark(id, watermark.lsn(), watermark.commitMicros())));
            joins.byMutationTopic().keySet().forEach(mutations -> forward(null, new MutationRecord(mutations, value)));
        });
    }

    private void emit(RowMapping mapping, Claim claim) {
        String topic = joins.flow().mutationTopic(mapping.destination().id());
        forward(encoder.key(claim), new MutationRecord(topic, encoder.value(claim)));
    }

    private void forward(byte @Nullable [] key, MutationRecord record) {
        context().forward(new Record<>(key, record, context().currentSystemTimeMs()));
    }

    private List<Bytes> all(String topic) {
        List<Bytes> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries =
                rows.prefixScan(StoreKey.of(StoreKey.text(topic)), new BytesSerializer())) {
            entries.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys;
    }

    private Remembered remembered(Bytes key) {
        return Remembered.of(rows.get(key), decoder);
    }

    private RowMapping mapping(String topic) {
        return Optional.ofNullable(mappings.get(topic)).orElseThrow();
    }

    private WholeRows wholeRows(String topic) {
        return Optional.ofNullable(whole.get(topic)).orElseThrow();
    }

    private static List<LookupUse> uses(RowMapping mapping) {
        return mapping.lookups().stream().map(LookupUse::of).toList();
    }

    private static Claim.Owner owner(RowMapping mapping, Row row) {
        Object[] key = mapping.source().key().stream().map(row::value).toArray();
        return new Claim.Owner(mapping.source().id(), ClaimEncoder.text(new Key(key)));
    }

    private static byte[] bytes(Key key) {
        return StoreKey.text(ClaimEncoder.text(key));
    }
}
