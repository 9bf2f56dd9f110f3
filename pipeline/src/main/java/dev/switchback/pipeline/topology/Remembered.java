package dev.switchback.pipeline.topology;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.ClaimEncoder;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Row;

/**
 * What a join remembers of a source row.
 *
 * @param row a change that brings the row, encoded; empty where only patches of it are known
 * @param placed the claim of the destination row that it has, without the values; null where it has none
 * @param refused the owner as which a claim about the row itself stands in the mutation topic; empty if none does
 * @param lookedUp what it looks up by, in the order of its mapping's lookups; empty for NULL
 */
record Remembered(byte[] row, @Nullable Claim placed, String refused, List<byte[]> lookedUp) {

    private static final byte[] EMPTY = {};
    private static final int ROW = 0;
    private static final int PLACED = 1;
    private static final int REFUSED = 2;
    private static final int LOOKED_UP = 3;

    /** Of a row that was never heard of. */
    static final Remembered NOTHING = new Remembered(EMPTY, null, "", List.of());

    Remembered {
        lookedUp = List.copyOf(lookedUp);
    }

    static Remembered of(byte @Nullable [] bytes, ChangeDecoder decoder) {
        if (bytes == null) {
            return NOTHING;
        }
        List<byte[]> parts = StoreKey.parts(bytes);
        byte[] placed = parts.get(PLACED);
        return new Remembered(
                parts.get(ROW),
                placed.length == 0 ? null : (Claim) decoder.decode(placed),
                new String(parts.get(REFUSED), StandardCharsets.UTF_8),
                parts.subList(LOOKED_UP, parts.size()));
    }

    /** The same with a destination row that another source row gives up to this one. */
    Remembered having(Claim taken) {
        return new Remembered(row, taken, refused, lookedUp);
    }

    byte[] bytes(ClaimEncoder encoder) {
        List<byte[]> parts = new ArrayList<>();
        parts.add(row);
        parts.add(placed == null ? EMPTY : encoder.value(placed));
        parts.add(StoreKey.text(refused));
        parts.addAll(lookedUp);
        return StoreKey.joined(parts);
    }

    /** The row itself; null where it is not known whole. */
    @Nullable Row row(ChangeDecoder decoder) {
        return row.length == 0 ? null : ((Change) decoder.decode(row)).after();
    }
}
