package dev.switchback.pipeline.topology;

import java.util.function.Function;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.mutation.Key;

/** Which source row a change is of, for people. Stateless. */
public final class SourceRowNames {

    private SourceRowNames() {}

    /** {@code (42, Basel)}, and behind a mutation topic {@code public.store (42)}. */
    public static Function<InputChange, String> of(SchemaStore schemas) {
        ChangeDecoder decoder = ChangeDecoder.ofEvents(schemas);
        return change -> decoder.decode(change.value()) instanceof Claim claim
                ? claim.owner().toString()
                : new Key(decoder.decodeKey(change.key()).values()).toString();
    }
}
