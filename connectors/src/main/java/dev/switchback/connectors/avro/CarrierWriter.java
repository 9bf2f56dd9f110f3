package dev.switchback.connectors.avro;

import java.io.IOException;

import org.apache.avro.io.BinaryEncoder;

import dev.switchback.transforms.change.Utf8Text;
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
                (value, encoder) ->
                        writeText(value instanceof Utf8Text text ? text : Utf8Text.of((String) value), encoder);
        };
    }

    static void writeText(String text, BinaryEncoder encoder) throws IOException {
        writeText(Utf8Text.of(text), encoder);
    }

    static void writeText(Utf8Text text, BinaryEncoder encoder) throws IOException {
        encoder.writeBytes(text.array(), text.offset(), text.length());
    }
}
