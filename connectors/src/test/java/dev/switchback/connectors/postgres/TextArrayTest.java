package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.transforms.change.Utf8Text;

/** The server gets the texts that were meant, whichever protocol the driver was told to use. */
class TextArrayTest {

    private final PostgresSettings settings = TestServer.shared().createDatabase();

    @ParameterizedTest
    @ValueSource(strings = {"", "preferQueryMode=simple", "prepareThreshold=1", "binaryTransfer=false"})
    void theServerGetsTheTextsThatWereMeant(String parameters) throws SQLException {
        try (Connection connection = connections(parameters).open()) {
            assertThat(sent(connection, "a", null, "", "Zürich 😀", "NULL", "{\"x\\,}", " ' ? "))
                    .containsExactly("a", null, "", "Zürich 😀", "NULL", "{\"x\\,}", " ' ? ");
            assertThat(sent(connection, null, "between", null)).containsExactly(null, "between", null);
            assertThat(sent(connection, null, null)).containsExactly(null, null);
            assertThat(sent(connection)).isEmpty();
        }
    }

    private PostgresConnections connections(String parameters) {
        return new PostgresConnections(
                "destination",
                new PostgresSettings(
                        settings.host(),
                        settings.port(),
                        settings.database(),
                        settings.user(),
                        settings.password(),
                        parameters));
    }

    private static @Nullable Object[] sent(Connection connection, @Nullable String... texts) throws SQLException {
        @Nullable Utf8Text[] sent = new Utf8Text[texts.length];
        for (int i = 0; i < texts.length; i++) {
            sent[i] = texts[i] == null ? null : amongOthers(texts[i]);
        }
        try (PreparedStatement statement = connection.prepareStatement("SELECT ?::text[]")) {
            statement.setArray(1, TextArray.of(connection, sent));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return (Object[]) row.getArray(1).getArray();
            }
        }
    }

    /** As it stands in a record. */
    private static Utf8Text amongOthers(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] record = ("ü" + text + "ü").getBytes(StandardCharsets.UTF_8);
        return new Utf8Text(record, 2, bytes.length);
    }
}
