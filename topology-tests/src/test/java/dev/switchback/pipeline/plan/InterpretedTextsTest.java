package dev.switchback.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.transforms.problem.ProblemException;

/** A text whose column has a collation of its own is only looked into if that changes nothing. */
class InterpretedTextsTest {

    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.databases("shop", Map.of());
        for (EmbeddedDatabase database : new EmbeddedDatabase[] {platform.source(), platform.destination()}) {
            database.execute(
                    "CREATE COLLATION fuzzy (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
                    "CREATE COLLATION turkish (provider = icu, locale = 'tr-TR')",
                    "CREATE DOMAIN soft AS text COLLATE fuzzy",
                    "CREATE DOMAIN code AS character(6)",
                    "CREATE DOMAIN padded AS code",
                    "CREATE TABLE lookup (id int PRIMARY KEY, code text COLLATE fuzzy UNIQUE, hard text UNIQUE, title text)",
                    "CREATE TABLE t (id int PRIMARY KEY, plain text, ascii text COLLATE \"C\", fuzzy varchar(9) COLLATE"
                            + " fuzzy, soft soft, padded padded, turkish text COLLATE turkish)",
                    "CREATE TABLE there (id int PRIMARY KEY, a text, b text COLLATE fuzzy)");
        }
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            SELECT id, upper(plain) AS a, ascii AS b FROM t WHERE ascii = 'x' AND upper(ascii) = 'X'
            SELECT id, turkish AS a, fuzzy AS b FROM t WHERE plain = 'x'
            SELECT t.id, m.title AS a, m.code AS b FROM t LEFT JOIN lookup m ON m.hard = t.ascii
            """)
    void aCollationThatChangesNothingIsNoProblem(String select) throws IOException {
        assertThat(problems(select)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            SELECT id FROM t WHERE fuzzy = 'x'                                         | fuzzy of public.t has the collation public.fuzzy
            SELECT id, nullif(fuzzy, 'x') AS a FROM t                                  | fuzzy of public.t has the collation public.fuzzy
            SELECT id, CAST(soft AS text) AS a FROM t                                  | soft of public.t has the collation public.fuzzy
            SELECT id, upper(turkish) AS a FROM t                                      | turkish of public.t has the collation public.turkish
            SELECT t.id, m.title AS a FROM t LEFT JOIN lookup m ON m.code = t.plain    | code of public.lookup has the collation public.fuzzy
            SELECT t.id, m.title AS a FROM t LEFT JOIN lookup m ON m.hard = t.fuzzy    | fuzzy of public.t has the collation public.fuzzy
            """)
    void aCollationThatChangesTheAnswerIsRefusedWithItsColumn(String select, String says) throws IOException {
        assertThat(problems(select)).contains("shop.yaml:7, public.t").contains("Column " + says);
    }

    @Test
    void aDomainThatPrintsOtherwiseThanItsTextIsRefused() throws IOException {
        assertThat(problems("SELECT id, CAST(padded AS text) AS a FROM t"))
                .contains("Column padded of public.t is padded, a domain over character(6)");
        assertThat(problems("SELECT id, padded AS a FROM t")).doesNotContain("a domain over");
    }

    @Test
    void theRemedyCanBeRunAsItIs() throws IOException {
        assertThat(problems("SELECT id FROM t WHERE fuzzy = 'x'"))
                .contains("ALTER TABLE public.t ALTER COLUMN fuzzy TYPE character varying(9) COLLATE \"default\".");
    }

    @Test
    void theWayBackIsRefusedForTheDestinationsCollations() throws IOException {
        Plan plan = plan(
                "    select: SELECT id, plain AS b FROM t\n    reverse: SELECT id, lower(b) AS plain FROM there\n");

        assertThat(plan.noWayBack())
                .singleElement()
                .asString()
                .contains("the way back", "Column b of public.there has the collation public.fuzzy");
    }

    private static String problems(String select) throws IOException {
        try {
            plan("    select: " + select + "\n");
            return "";
        } catch (ProblemException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static Plan plan(String declared) throws IOException {
        Path file = platform.directory().resolve("shop.yaml");
        Files.writeString(
                file,
                "migration: shop\nsource: " + yaml(platform.source().settings()) + "\ndestination: "
                        + yaml(platform.destination().settings()) + "\ntables:\n  public.t:\n    to: public.there\n"
                        + declared);
        return Plan.of(MigrationFile.read(file, Map.of()));
    }

    private static String yaml(PostgresSettings settings) {
        return "{type: postgres, url: \"postgresql://%s\", user: %s, password: \"%s\"}"
                .formatted(settings, settings.user(), settings.password());
    }
}
