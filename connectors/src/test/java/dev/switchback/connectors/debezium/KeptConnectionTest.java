package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

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
    void leavesNoneBehindThatWasOpenedTooLate() throws Exception {
        KeptConnection kept = new KeptConnection(database);
        kept.close();

        assertThatThrownBy(kept::open).isInstanceOf(SQLException.class);

        for (int tries = 0; tries < 500 && sessions() > 0; tries++) {
            Thread.sleep(20); // The server's process ends a moment after the connection is closed.
        }
        assertThat(sessions()).isZero();
    }

    private int sessions() throws SQLException {
        String others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND pid <> pg_backend_pid()";
        try (Connection connection = database.open();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(others)) {
            answer.next();
            return answer.getInt(1);
        }
    }
}
