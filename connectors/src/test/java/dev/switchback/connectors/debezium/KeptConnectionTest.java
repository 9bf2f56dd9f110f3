package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TestServer;

class KeptConnectionTest {

    private final PostgresConnections database =
            new PostgresConnections("source", TestServer.shared().createDatabase());

    @Test
    void isOpenedOnceAndAgainBehindAFailure() throws SQLException {
        try (KeptConnection kept = new KeptConnection(database)) {
            Connection first = kept.open();
            assertThat(kept.open()).isSameAs(first);

            kept.drop();

            assertThat(first.isClosed()).isTrue();
            assertThat(kept.open()).isNotSameAs(first);
        }
    }

    /** As when its owner ends while the database takes its time to answer. */
    @Test
    void leavesNoneBehindThatWasOpenedTooLate() throws SQLException {
        KeptConnection kept = new KeptConnection(database);
        kept.close();

        assertThatThrownBy(kept::open).isInstanceOf(SQLException.class);

        try (Connection other = database.open();
                var sessions = other.createStatement()
                        .executeQuery("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND pid <> pg_backend_pid() AND state IS NOT NULL")) {
            sessions.next();
            assertThat(sessions.getInt(1)).isZero();
        }
    }
}
