package dev.switchback.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

import org.junit.jupiter.api.Test;

import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.PostgresBinaries;

/** By the PostgreSQL that comes with the build, under a collation of ICU; and what is compared is much, and in the document. */
class ParityTest extends Parity {

    private static final Path DOCUMENT = Path.of("../docs/functions.md");

    @Override
    PostgresBinaries binaries() {
        return PostgresBinaries.BUNDLED;
    }

    /** Whose texts have the order and letters of a language, where those of the other versions have neither. */
    @Override
    Connection connect(EmbeddedDatabase database) throws SQLException {
        database.execute("CREATE DATABASE german LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C' TEMPLATE template0");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + database.port() + "/german",
                EmbeddedDatabase.SUPERUSER,
                database.settings().password());
    }

    @Test
    void thereAreManyFunctionsAndValues() {
        assertThat(cases().stream().map(ParityCase::expression).distinct().count())
                .isGreaterThan(60);
        assertThat(ParityValues.of("numeric")).hasSizeGreaterThan(200);
    }

    @Test
    void theDocumentListsThem() throws IOException {
        String expected = FunctionsDocument.of(cases());
        if (Boolean.getBoolean("update")) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.readString(DOCUMENT))
                .as("run this test with -Dupdate=true to write the file anew")
                .isEqualTo(expected);
    }
}
