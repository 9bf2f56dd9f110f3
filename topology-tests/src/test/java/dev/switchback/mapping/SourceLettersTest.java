package dev.switchback.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.transforms.problem.ProblemException;

/** A source whose letters are not those that expressions know is left alone with them. */
class SourceLettersTest {

    private static MappedMigration migration;

    @BeforeAll
    static void start() {
        migration = new MappedMigration();
        EmbeddedDatabase source = migration.source();
        source.execute("UPDATE pg_database SET encoding = pg_char_to_encoding('LATIN1') WHERE datname = 'shop'");
        source.execute("CREATE TABLE store (id int PRIMARY KEY, name text)");
        migration.destination().execute("CREATE TABLE store (id int PRIMARY KEY, name text)");
    }

    @AfterAll
    static void stop() {
        migration.close();
    }

    @Test
    void columnsAsTheyAreAreTaken() {
        assertThat(migration.plan("  store: {}\n").tables()).hasSize(1);
    }

    @Test
    void neitherAnExpressionNorAFilterOfColumnsAsTheyAreIsComputed() {
        assertThatThrownBy(() -> plan("SELECT id, upper(name) AS name FROM store"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("The letters of the source (encoding LATIN1, locale C)");
        assertThatThrownBy(() -> plan("SELECT id, name FROM store WHERE octet_length(name) > 3"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("The letters of the source (encoding LATIN1, locale C)");
    }

    private static void plan(String select) {
        migration.plan("  store: {select: \"" + select + "\"}\n");
    }
}
