package dev.switchback.connectors.avro;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Makes records in the wire format, one after another in the same buffer. Not thread-safe. */
public final class WireOutput {

    /** One huge row must not keep its buffer for as long as changes are encoded. */
    private static final int LARGEST_KEPT_BUFFER = 1 << 20;

    private ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);

    /** What writes a record's fields. */
    interface Body {
        void writeTo(BinaryEncoder encoder) throws IOException;
    }

    /** The record, header included. A body that throws leaves nothing behind. */
    byte[] record(int schemaId, Body body) {
        try {
            encoder.flush();
            bytes.reset();
            WireFormat.writeHeader(bytes, schemaId);
            body.writeTo(encoder);
            encoder.flush();
            byte[] record = bytes.toByteArray();
            shrink(record.length);
            return record;
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    private void shrink(int length) {
        if (length > LARGEST_KEPT_BUFFER) {
            bytes = new ByteArrayOutputStream();
            encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
        }
    }
}
