package dev.switchback.connectors.avro;

import java.util.List;

import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.TaskWatermark;
import dev.switchback.transforms.mutation.Key;

/** Encodes what goes into mutation topics. Not thread-safe: it reuses its buffers. */
public final class ClaimEncoder {

    private final int keySchemaId;
    private final int claimSchemaId;
    private final int watermarkSchemaId;
    private final WireOutput output = new WireOutput();

    /**
     * Registers the schemas.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when the store cannot take one
     */
    public ClaimEncoder(SchemaStore store) {
        this.keySchemaId = store.register(ChangeSchemas.CLAIM_KEY_NAME, ChangeSchemas.CLAIM_KEY);
        this.claimSchemaId = store.register(ChangeSchemas.CLAIM_NAME, ChangeSchemas.CLAIM);
        this.watermarkSchemaId = store.register(ChangeSchemas.TASK_WATERMARK_NAME, ChangeSchemas.TASK_WATERMARK);
    }

    /** A key's values as text, unlike that of any other key of the same table. */
    public static String text(Key key) {
        return Claims.text(key.values());
    }

    /** The record key: the same for all claims of one destination row, and for all claims about one owner. */
    public byte[] key(Claim claim) {
        List<Object> of = claim.key();
        String row = of == null ? claim.owner().toString() : Claims.text(of.toArray());
        return output.record(keySchemaId, encoder -> CarrierWriter.writeText(row, encoder));
    }

    /** The record value. */
    public byte[] value(Claim claim) {
        return output.record(claimSchemaId, encoder -> Claims.write(claim, encoder));
    }

    /** The record value of a task's watermark. Its record has no key. */
    public byte[] value(TaskWatermark watermark) {
        return output.record(watermarkSchemaId, encoder -> {
            encoder.writeInt(watermark.task());
            encoder.writeLong(watermark.watermark().id());
            encoder.writeLong(watermark.watermark().lsn());
            encoder.writeLong(watermark.watermark().commitMicros());
        });
    }
}
