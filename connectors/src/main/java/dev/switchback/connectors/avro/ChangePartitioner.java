package dev.switchback.connectors.avro;

import java.util.Arrays;

import org.apache.kafka.common.utils.Utils;

/** Which partition of a change topic holds a key's changes. */
public final class ChangePartitioner {

    private ChangePartitioner() {}

    /**
     * murmur2, as Kafka's own partitioner, but of the bytes behind the header: a new schema id must not move a key to
     * another partition, since only one partition keeps a key's changes in order.
     *
     * @param key a record key in Confluent's wire format
     * @param partitions how many the topic has, at least 1
     * @throws UndecodableException when the key is not in the wire format
     */
    public static int partition(byte[] key, int partitions) {
        WireFormat.schemaId(key);
        byte[] body = Arrays.copyOfRange(key, WireFormat.HEADER_BYTES, key.length);
        return Utils.toPositive(Utils.murmur2(body)) % partitions;
    }
}
