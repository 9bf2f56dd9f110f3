package dev.switchback.pipeline.topology;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.ClaimEncoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.TaskWatermark;
import dev.switchback.transforms.change.Watermark;

/**
 * Decides whose each destination row is. It has one owner while one source row claims it, whatever the order in which
 * claims and withdrawals arrive; while several do, it is nobody's to change. What goes on to apply is a claim that says by
 * itself what the row is to be, so that it can be held and tried again. Watermarks go on once every task has passed them.
 */
@SuppressWarnings("NullAway.Init") // Streams calls init before anything else
final class ClaimProcessor extends ContextualProcessor<byte[], InputEvent, byte[], InputEvent> {

    static final String CLAIMS = "claims";
    static final String WATERMARKS = "claim-watermarks";

    private final int tasks;
    private final ChangeDecoder decoder;
    private final ClaimEncoder encoder;
    private final Set<String> contested;

    private KeyValueStore<Bytes, byte[]> claims;
    private KeyValueStore<Bytes, byte[]> watermarks;
    private ClaimsBehind behind;
    private final Map<String, PassedWatermarks> passed = new HashMap<>();

    /** @param tasks how many there are in front of each mutation topic */
    ClaimProcessor(Joins joins, int tasks, SchemaStore schemas, ChangeDecoder decoder) {
        this.tasks = tasks;
        this.decoder = decoder;
        this.encoder = new ClaimEncoder(schemas);
        this.contested = joins.contested();
    }

    @Override
    public void init(ProcessorContext<byte[], InputEvent> context) {
        super.init(context);
        claims = context.getStateStore(CLAIMS);
        watermarks = context.getStateStore(WATERMARKS);
        behind = new ClaimsBehind(watermarks);
        passed.clear();
    }

    @Override
    public void process(Record<byte[], InputEvent> record) {
        context().forward(record.withValue(decided(record.value())));
    }

    private InputEvent decided(InputEvent event) {
        String topic = event.input().input().topic();
        if (event.event() instanceof TaskWatermark watermark) {
            return new InputEvent(event.input(), passed(topic, watermark));
        }
        return event.event() instanceof Claim claim && claim.key() != null && contested.contains(topic)
                ? decided(event.input(), claim)
                : event;
    }

    private Event passed(String topic, TaskWatermark passed) {
        Watermark watermark = passed.watermark();
        OptionalLong lowest = passedWatermarks(topic).passed(input(topic, passed.task()), watermark.id());
        if (lowest.isEmpty()) {
            return passed;
        }
        behind.forget(topic, lowest.getAsLong());
        return new Watermark(lowest.getAsLong(), watermark.lsn(), watermark.commitMicros());
    }

    private PassedWatermarks passedWatermarks(String topic) {
        return passed.computeIfAbsent(
                topic,
                any -> new PassedWatermarks(
                        watermarks,
                        IntStream.range(0, tasks)
                                .mapToObj(task -> input(topic, task))
                                .toList()));
    }

    private static String input(String topic, int task) {
        return topic + "/" + task;
    }

    private InputEvent decided(InputChange input, Claim claim) {
        Claim.Cause cause = cause(input, claim);
        Bytes row = StoreKey.of(StoreKey.text(input.input().topic()), StoreKey.bytes(input.sourceKey()));
        StandingClaims standing = new StandingClaims(claims.get(row), decoder);
        standing.take(claim, input.value(), encoder);
        claims.put(row, standing.bytes());
        List<Claim> live = standing.live();
        if (live.isEmpty()) {
            return replaced(input, standing.awaited() ? Claim.about(claim.owner(), cause) : claim.because(cause));
        }
        Claim first = live.get(0).because(cause);
        return replaced(input, live.size() == 1 ? first : refused(first, live));
    }

    /**
     * What is decided of a row by a claim behind a watermark and by others before it is itself behind it, whichever comes
     * last. Of other rows, claims from before it decide nothing: they are echoes, and a row that the other side's filter
     * has left out is gone there only.
     */
    private Claim.Cause cause(InputChange input, Claim claim) {
        String topic = input.input().topic();
        Claim.Cause cause = claim.cause();
        long watermark = behind.latest(
                topic,
                input.sourceKey(),
                cause.watermark(),
                passedWatermarks(topic).lowest());
        return new Claim.Cause(cause.copied(), cause.commitMicros(), watermark);
    }

    private static Claim refused(Claim first, List<Claim> live) {
        String owners = live.stream().map(claim -> claim.owner().toString()).collect(Collectors.joining(" and "));
        return first.refused("the destination row is claimed by " + owners);
    }

    private InputEvent replaced(InputChange input, Claim claim) {
        byte[] value = encoder.value(claim);
        return new InputEvent(new InputChange(input.input(), input.offset(), input.key(), value), claim);
    }
}
