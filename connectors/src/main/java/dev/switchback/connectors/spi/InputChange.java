package dev.switchback.connectors.spi;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A change as it stands in its topic, kept so that it can be held and mapped again.
 *
 * @param key the record's key: the source key in Avro, in Confluent's format
 * @param value the record's value: the change in Avro, in Confluent's format
 */
public record InputChange(InputPartition input, long offset, byte[] key, byte[] value) {

    private static final int CONFLUENT_HEADER_BYTES = 5;

    /**
     * The source key by which changes queue: the record's key without its header, since a new version of the key's
     * schema makes no other key of it.
     */
    public ByteBuffer sourceKey() {
        return key.length < CONFLUENT_HEADER_BYTES
                ? ByteBuffer.wrap(key)
                : ByteBuffer.wrap(key, CONFLUENT_HEADER_BYTES, key.length - CONFLUENT_HEADER_BYTES)
                        .slice();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InputChange that && offset == that.offset && input.equals(that.input);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(offset) * 31 + input.hashCode();
    }

    @Override
    public String toString() {
        return input + "@" + offset + " key=" + Arrays.hashCode(key);
    }
}
