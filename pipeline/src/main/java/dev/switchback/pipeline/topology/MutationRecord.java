package dev.switchback.pipeline.topology;

import org.apache.kafka.common.serialization.Serializer;

/**
 * A record for a mutation topic. Without a key it is for every partition.
 *
 * @param value encoded
 */
record MutationRecord(String topic, byte[] value) {

    static final Serializer<MutationRecord> SERIALIZER = (topic, record) -> record.value();
}
