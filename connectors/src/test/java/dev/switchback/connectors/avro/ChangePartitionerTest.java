package dev.switchback.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangePartitionerTest {

    /** The hashes are those of Kafka's own test of murmur2: -973932308, -790332482 and 479470107. */
    @ParameterizedTest
    @CsvSource({"21, 4", "foobar, 6", "abc, 3"})
    void aKeysPlaceAmongEightPartitionsNeverChanges(String body, int partition) {
        assertThat(ChangePartitioner.partition(key(1, body.getBytes(StandardCharsets.US_ASCII)), 8))
                .isEqualTo(partition);
    }

    @Property
    void theSchemaIdDoesNotMoveAKey(
            @ForAll byte[] body,
            @ForAll int oneId,
            @ForAll int otherId,
            @ForAll @IntRange(min = 1, max = 64) int count) {
        int partition = ChangePartitioner.partition(key(oneId, body), count);

        assertThat(partition).isEqualTo(ChangePartitioner.partition(key(otherId, body), count));
        assertThat(partition).isEqualTo(BuiltInPartitioner.partitionForKey(body, count));
    }

    @Test
    void whatIsNotInTheWireFormatHasNoPlace() {
        assertThatThrownBy(() -> ChangePartitioner.partition(new byte[4], 8))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("too short");
        assertThatThrownBy(() -> ChangePartitioner.partition(new byte[] {1, 0, 0, 0, 0, 2}, 8))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("Confluent");
    }

    private static byte[] key(int schemaId, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) 0)
                .putInt(schemaId)
                .put(body)
                .array();
    }
}
