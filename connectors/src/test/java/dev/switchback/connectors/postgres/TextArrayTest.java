package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;

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
            assertThat(texts(connection, "a", null, "", "Zürich 😀", "NULL", "{\"x\\,}", " ' ? "))
                    .containsExactly("a", null, "", "Zürich 😀", "NULL", "{\"x\\,}", " ' ? ");
            assertThat(texts(connection, null, "between", null)).containsExactly(null, "between", null);
            assertThat(texts(connection, null, null)).containsExactly(null, null);
            assertThat(texts(connection)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "preferQueryMode=simple"})
    void whatIsNoTextIsRefused(String parameters) throws SQLException {
        for (String bytes : List.of("ff", "c3", "00", "eda080")) {
            byte[] record = HexFormat.of().parseHex(bytes);
            try (Connection connection = connections(parameters).open()) {
                assertThatThrownBy(() -> sent(connection, new Utf8Text(record, 0, record.length)))
                        .isInstanceOfSatisfying(SQLException.class, refusal -> assertThat(FailureKind.of(refusal))
                                .isEqualTo(FailureKind.ROWS));
            }
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

    private static @Nullable Object[] texts(Connection connection, @Nullable String... texts) throws SQLException {
        @Nullable Utf8Text[] sent = new Utf8Text[texts.length];
        for (int i = 0; i < texts.length; i++) {
            sent[i] = texts[i] == null ? null : amongOthers(texts[i]);
        }
        return sent(connection, sent);
    }

    private static @Nullable Object[] sent(Connection connection, @Nullable Utf8Text... sent) throws SQLException {
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
