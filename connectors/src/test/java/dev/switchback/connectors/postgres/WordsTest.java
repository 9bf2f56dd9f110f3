package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            textBlock =
                    """
            store,  store
            _a1,    _a1
            Store,  "Store"
            1st,    "1st"
            a b,    "a b"
            order,  "order"
            a"b,    "a""b"
            """)
    void aNameIsQuotedOnlyWhereItMustBe(String name, String shown) {
        assertThat(Words.name(name)).isEqualTo(shown);
    }

    @Test
    void everyWordThatTheServerReservesIsQuoted() throws SQLException {
        try (Connection connection = new PostgresConnections(
                                "test", TestServer.shared().settings("postgres", TestServer.SUPERUSER, ""))
                        .open();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')")) {
            while (row.next()) {
                assertThat(Words.RESERVED).contains(row.getString(1));
            }
        }
    }
}
