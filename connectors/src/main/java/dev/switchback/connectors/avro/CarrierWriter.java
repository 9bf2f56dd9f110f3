package dev.switchback.connectors.avro;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.apache.avro.io.BinaryEncoder;

import dev.switchback.transforms.schema.Carrier;

/** Writes a value that is there, in the Avro type of its carrier. */
interface CarrierWriter {

    /** @throws ClassCastException when the value is not of the carrier's class */
    void write(Object value, BinaryEncoder encoder) throws IOException;

    static CarrierWriter of(Carrier carrier) {
        return switch (carrier) {
            case BOOLEAN -> (value, encoder) -> encoder.writeBoolean((Boolean) value);
            case INT32 -> (value, encoder) -> encoder.writeInt((Integer) value);
            case INT64 -> (value, encoder) -> encoder.writeLong((Long) value);
            case FLOAT32 -> (value, encoder) -> encoder.writeFloat((Float) value);
            case FLOAT64 -> (value, encoder) -> encoder.writeDouble((Double) value);
            case BYTES -> (value, encoder) -> encoder.writeBytes((byte[]) value);
            case TEXT ->
                (value, encoder) -> {
                    if (value instanceof Utf8Text text) {
                        text.writeTo(encoder);
                    } else {
                        writeText((String) value, encoder);
                    }
                };
        };
    }

    static void writeText(String text, BinaryEncoder encoder) throws IOException {
        requireText(text);
        encoder.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Refuses what Java's encoder, and so Avro's, would silently turn into question marks. */
    static void requireText(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean pair = i + 1 < length && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!pair) {
                    throw new IllegalArgumentException("half a surrogate pair at character " + i + " is no text");
                }
                i++;
            }
        }
    }
}
