package dev.switchback.connectors.spi;

/**
 * One partition of a topic that apply reads.
 *
 * @param topicId Kafka's id of the topic, so that a topic which was deleted and created again under its old name is not
 *     taken for the one that a checkpoint speaks of
 */
public record InputPartition(String topic, String topicId, int partition) {

    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
