package dev.switchback.connectors.avro;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.apache.avro.io.BinaryEncoder;
import org.jspecify.annotations.Nullable;

/**
 * A text as a database's log holds it, in UTF-8: it is encoded for a change topic by copying its bytes. Stands in the place
 * of a {@code String} in rows on their way there. Equal to another one of the same text, but not to a {@code String}.
 *
 * <p>The array is not copied: whoever hands it over leaves it unchanged from then on. Immutable then.
 */
public final class Utf8Text {

    private final byte[] bytes;
    private final int from;
    private final int length;

    /** @param bytes in which {@code length} bytes from {@code from} on are the text; PostgreSQL has made sure that they are one */
    public Utf8Text(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    void writeTo(BinaryEncoder encoder) throws IOException {
        encoder.writeBytes(bytes, from, length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Utf8Text text
                && Arrays.equals(bytes, from, from + length, text.bytes, text.from, text.from + text.length);
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }
}
