package dev.switchback.connectors.avro;

import dev.switchback.transforms.change.Watermark;

/** Encodes watermarks; their records have no key. Not thread-safe: it reuses its buffers. */
public final class WatermarkEncoder {

    private final int schemaId;
    private final WireOutput output = new WireOutput();

    /**
     * Registers the schema of watermarks.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when the store cannot take it
     */
    public WatermarkEncoder(SchemaStore store) {
        this.schemaId = store.register(ChangeSchemas.WATERMARK_NAME, ChangeSchemas.WATERMARK);
    }

    /** The record value. */
    public byte[] value(Watermark watermark) {
        return output.record(schemaId, encoder -> {
            encoder.writeLong(watermark.id());
            encoder.writeLong(watermark.lsn());
            encoder.writeLong(watermark.commitMicros());
        });
    }
}
