package dev.switchback.connectors.avro;

import dev.switchback.transforms.change.Watermark;

/** Encodes watermarks; their records have no key. Not thread-safe: it reuses its buffers. */
@SuppressWarnings("DoNotCallSuggester")
public final class WatermarkEncoder {

    /**
     * Registers the schema of watermarks.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when the store cannot take it
     */
    public WatermarkEncoder(SchemaStore store) {}

    public byte[] value(Watermark watermark) {
        throw new UnsupportedOperationException("to come");
    }
}
