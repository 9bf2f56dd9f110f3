package dev.switchback.pipeline.migration.topic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.switchback.pipeline.migration.Claim;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.Entry;
import dev.switchback.pipeline.migration.LedgerRecord;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Step;

/**
 * Ledger entries as JSON: {@code {"at":…,"by":…,"record":"step-done",…,"epoch":3,"decisions":12}}. Durations are whole
 * microseconds. Names are kept for ever: entries may be added to, and a property that this version does not know is
 * passed over; a record that it does not know is not. Stateless.
 */
public final class LedgerJson {

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(values())
            .addMixIn(LedgerRecord.class, Kinds.class)
            .addMixIn(Note.Copied.class, Took.class)
            .addMixIn(Note.Following.class, Lag.class)
            .addMixIn(Decision.StepDone.class, Took.class)
            .addMixIn(Decision.Began.class, MaxPause.class)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .build();

    private LedgerJson() {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "record")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Note.Started.class, name = "started"),
        @JsonSubTypes.Type(value = Note.Copied.class, name = "copied"),
        @JsonSubTypes.Type(value = Note.Following.class, name = "following"),
        @JsonSubTypes.Type(value = Note.Stopped.class, name = "stopped"),
        @JsonSubTypes.Type(value = Note.Released.class, name = "released"),
        @JsonSubTypes.Type(value = Note.Aborted.class, name = "aborted"),
        @JsonSubTypes.Type(value = Note.Hindered.class, name = "hindered"),
        @JsonSubTypes.Type(value = Decision.Began.class, name = "began"),
        @JsonSubTypes.Type(value = Decision.TookOver.class, name = "took-over"),
        @JsonSubTypes.Type(value = Decision.StepBegan.class, name = "step-began"),
        @JsonSubTypes.Type(value = Decision.StepDone.class, name = "step-done"),
        @JsonSubTypes.Type(value = Decision.Switched.class, name = "switched"),
        @JsonSubTypes.Type(value = Decision.UndoBegan.class, name = "undo-began"),
        @JsonSubTypes.Type(value = Decision.Undone.class, name = "undone"),
        @JsonSubTypes.Type(value = Decision.Finished.class, name = "finished"),
        @JsonSubTypes.Type(value = Decision.Completed.class, name = "completed")
    })
    private interface Kinds {}

    private interface Took {
        @JsonProperty("tookMicros")
        Duration took();
    }

    private interface Lag {
        @JsonProperty("lagMicros")
        Duration lag();
    }

    private interface MaxPause {
        @JsonProperty("maxPauseMicros")
        Duration maxPause();
    }

    /** One object, in which the record's own properties stand beside those of the entry. */
    public static ObjectNode tree(Entry entry) {
        ObjectNode json =
                JSON.createObjectNode().put("at", entry.at().toString()).put("by", entry.by());
        json.setAll((ObjectNode) JSON.valueToTree(entry.record()));
        entry.claim().ifPresent(claim -> json.put("epoch", claim.epoch()).put("decisions", claim.decisions()));
        return json;
    }

    static byte[] write(Entry entry) {
        try {
            return JSON.writeValueAsBytes(tree(entry));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IOException when it is none of the entries that this version knows */
    static Entry read(byte[] value) throws IOException {
        if (!(JSON.readTree(value) instanceof ObjectNode json)) {
            throw new IOException("it is not a JSON object");
        }
        try {
            Instant at = Instant.parse(json.path("at").asText());
            LedgerRecord record = JSON.treeToValue(json, LedgerRecord.class);
            Optional<Claim> claim = record instanceof Decision
                    ? Optional.of(new Claim(
                            json.required("epoch").longValue(),
                            json.required("decisions").longValue()))
                    : Optional.empty();
            return new Entry(at, json.path("by").asText(), record, claim);
        } catch (RuntimeException e) {
            throw new IOException(e);
        }
    }

    private static SimpleModule values() {
        return new SimpleModule()
                .addSerializer(Duration.class, new MicrosWriter())
                .addDeserializer(Duration.class, new MicrosReader())
                .addSerializer(Step.class, new NameWriter<>())
                .addDeserializer(Step.class, new NameReader<>(Step.class))
                .addSerializer(Operation.class, new NameWriter<>())
                .addDeserializer(Operation.class, new NameReader<>(Operation.class));
    }

    private static final class MicrosWriter extends JsonSerializer<Duration> {
        @Override
        public void serialize(Duration value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeNumber(value.toNanos() / 1_000);
        }
    }

    private static final class MicrosReader extends JsonDeserializer<Duration> {
        @Override
        public Duration deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return Duration.ofNanos(in.getLongValue() * 1_000);
        }
    }

    private static final class NameWriter<E extends Enum<E>> extends JsonSerializer<E> {
        @Override
        public void serialize(E value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.toString());
        }
    }

    private static final class NameReader<E extends Enum<E>> extends JsonDeserializer<E> {
        private final Class<E> type;

        NameReader(Class<E> type) {
            this.type = type;
        }

        @Override
        public E deserialize(JsonParser in, DeserializationContext context) throws IOException {
            String name = in.getText();
            for (E value : type.getEnumConstants()) {
                if (value.toString().equals(name)) {
                    return value;
                }
            }
            throw new IOException(name + " is no " + type.getSimpleName());
        }
    }
}
