package dev.switchback.pipeline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.memory.DestinationInMemory;
import dev.switchback.connectors.memory.TableRules;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.Flow;

class FlushingProducerTest {

    private final TimeoutException unanswered = new TimeoutException("no answer within 10 s");

    private final MockProducer<byte[], byte[]> kafka =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final FlushingProducer producer = new FlushingProducer(
            kafka,
            new ApplyThreads(
                    new Flow("shop", Direction.FORWARD),
                    new DestinationInMemory(TableRules.NONE, input -> ""),
                    BufferBounds.DEFAULT,
                    1,
                    ApplyListener.NONE),
            FaultPoints.NONE);

    @BeforeEach
    void begin() {
        producer.initTransactions();
        producer.beginTransaction();
    }

    /** What Kafka's producer refuses then with an exception that ends the stream thread, and with it apply. */
    @Test
    void aCommitWithoutAnswerIsLeftToTheNextProducer() {
        kafka.commitTransactionException = unanswered;
        assertThatThrownBy(producer::commitTransaction)
                .isInstanceOf(InvalidProducerEpochException.class)
                .hasCause(unanswered);

        producer.abortTransaction();
        assertThat(kafka.transactionAborted()).isFalse();
        assertThatThrownBy(producer::beginTransaction).isInstanceOf(InvalidProducerEpochException.class);
    }

    @Test
    void anAbortWithoutAnswerIsLeftToTheNextProducer() {
        kafka.abortTransactionException = unanswered;
        assertThatThrownBy(producer::abortTransaction).isSameAs(unanswered);

        assertThatThrownBy(producer::beginTransaction).isInstanceOf(InvalidProducerEpochException.class);
    }

    @Test
    void anAnsweredOneIsFollowedByTheNext() {
        producer.commitTransaction();
        producer.beginTransaction();
        producer.abortTransaction();
        producer.beginTransaction();
        assertThat(kafka.transactionInFlight()).isTrue();
    }
}
