package dev.switchback.pipeline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem.Kind;

class ApplyFailureTest {

    @Test
    void kafkaThatDoesNotAnswerIsWaitedFor() {
        TimeoutException late =
                new TimeoutException("no answer within 30 s", new java.util.concurrent.TimeoutException());

        assertPasses(late, Kind.UNREACHABLE);
        assertPasses(new StreamsException("task failed", late), Kind.UNREACHABLE);
        assertPasses(new KafkaException("closed", new IOException("reset by peer")), Kind.UNREACHABLE);
        assertPasses(new StreamsException("no broker"), Kind.UNREACHABLE);
        assertPasses(
                new KafkaException(
                        "construct", new ConfigException("No resolvable bootstrap urls given in bootstrap.servers")),
                Kind.UNREACHABLE);
    }

    @Test
    void kafkaThatRefusesIsSortedByWhoMustAct() {
        assertPasses(new StreamsException(new SaslAuthenticationException("wrong")), Kind.UNREACHABLE);
        assertHalts(new StreamsException(new GroupAuthorizationException("m.forward")), Kind.REFUSED);
        assertHalts(new KafkaException("construct", new ConfigException("security.protocol", "X")), Kind.BAD_INPUT);
    }

    @Test
    void whatFailsOnTopOfKafkaHalts() {
        assertHalts(new KafkaException("rebalance callback", new IllegalStateException("bug")), Kind.INTERNAL);
        assertHalts(new ProcessorStateException("store", new IOException("disk full")), Kind.INTERNAL);
        assertHalts(new OutOfMemoryError("heap"), Kind.INTERNAL);
    }

    private static void assertPasses(Throwable failure, Kind kind) {
        assertThat(of(failure).mayPass()).isTrue();
        assertThat(of(failure).problems()).singleElement().satisfies(one -> assertThat(one.kind())
                .isEqualTo(kind));
    }

    private static void assertHalts(Throwable failure, Kind kind) {
        assertThat(of(failure).mayPass()).isFalse();
        assertThat(of(failure).problems()).singleElement().satisfies(one -> assertThat(one.kind())
                .isEqualTo(kind));
    }

    private static ApplyFailure of(Throwable failure) {
        return ApplyFailure.of(new Flow("m", Direction.FORWARD), failure);
    }
}
