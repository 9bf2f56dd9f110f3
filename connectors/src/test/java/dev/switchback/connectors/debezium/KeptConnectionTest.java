package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TestServer;

class KeptConnectionTest {

    private final PostgresConnections database =
            new PostgresConnections("source", TestServer.shared().createDatabase());

    @Test
    void isOpenedOnceAndAgainBehindAFailure() throws SQLException {
        try (KeptConnection kept = new KeptConnection(database::open)) {
            Connection first = kept.open();
            assertThat(kept.open()).isSameAs(first);

            kept.drop();

            assertThat(first.isClosed()).isTrue();
            assertThat(kept.open()).isNotSameAs(first);
        }
    }

    /** As when its owner ends while the database takes its time to answer. */
    @Test
    void leavesNoneBehindThatIsOpenedMeanwhile() throws SQLException {
        List<Connection> opened = new ArrayList<>();
        List<KeptConnection> closing = new ArrayList<>();
        KeptConnection kept = new KeptConnection(() -> {
            opened.add(database.open());
            closing.get(0).close();
            return opened.get(0);
        });
        closing.add(kept);

        assertThatThrownBy(kept::open).isInstanceOf(SQLException.class);
        assertThat(opened.get(0).isClosed()).isTrue();
        assertThatThrownBy(kept::open).isInstanceOf(SQLException.class);
        assertThat(opened).hasSize(1);
    }
}
