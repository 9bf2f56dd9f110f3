package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.sql.Connection;

import io.debezium.connector.postgresql.connection.Lsn;
import org.junit.jupiter.api.Test;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** What the log holds and nobody knows is not passed over, and halts capture instead of restarting it for ever. */
class SlotStreamTest {

    @Test
    void aMessageOfAnUnknownKindIsUnreadable() {
        ByteBuffer message = ByteBuffer.wrap(new byte[] {'S', 0, 0});
        PGReplicationStream log = fake(
                PGReplicationStream.class,
                method -> method.equals("readPending") ? message : LogSequenceNumber.valueOf(7));
        SlotStream stream =
                new SlotStream(fake(Connection.class, method -> null), log, Lsn.valueOf(1L), new Arrivals());

        assertThatThrownBy(() -> stream.readPending(passed -> {}))
                .isInstanceOf(LogDecoder.UnreadableLogException.class)
                .hasMessageContaining("a message of kind S");
    }

    private static <T> T fake(Class<T> type, java.util.function.Function<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answers.apply(method.getName())));
    }
}
