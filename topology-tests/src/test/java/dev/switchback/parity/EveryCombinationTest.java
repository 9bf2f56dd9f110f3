package dev.switchback.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.parity.ParityServer.Answer;
import dev.switchback.parity.ParityServer.Asked;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.ScratchDirectory;
import dev.switchback.transforms.problem.ProblemException;

/**
 * What compiles gives what PostgreSQL gives, for whichever types: every expression of {@code cases.txt} and
 * {@code combinations.txt} that has one column or two, with each type that is carried in each of them.
 */
@Tag("campaign")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryCombinationTest {

    private static final List<String> TYPES = List.of(
            "boolean",
            "smallint",
            "integer",
            "bigint",
            "numeric",
            "real",
            "double precision",
            "text",
            "character varying",
            "character(6)",
            "bytea",
            "date",
            "time without time zone",
            "timestamp without time zone",
            "timestamp with time zone",
            "interval",
            "uuid",
            "json",
            "jsonb",
            "oid",
            "inet",
            "cidr",
            "macaddr",
            "xml",
            "bit(3)",
            "bit varying",
            "int4range",
            "integer[]",
            "text[]",
            "mood");

    private ScratchDirectory scratch;
    private EmbeddedDatabase database;
    private ParityServer server;

    @BeforeAll
    void start() throws SQLException {
        scratch = ScratchDirectory.create("switchback-");
        database = EmbeddedDatabase.create(scratch.path().resolve("server"), "shop", Map.of());
        database.execute("CREATE TYPE mood AS ENUM ('sad', 'glad')");
        server = new ParityServer(database.connect(), Set.of());
    }

    @AfterAll
    void stop() {
        if (scratch != null) {
            database.close();
            scratch.close();
        }
    }

    static List<String> expressions() {
        return Stream.concat(
                        ParityCase.all().stream()
                                .filter(parity -> parity.types().size() < 3)
                                .map(ParityCase::expression),
                        ParityCase.combinations().stream())
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void whateverCompilesSaysWhatPostgresSays(String expression) throws SQLException {
        List<String> differences = new ArrayList<>();
        for (List<String> types : combinations(expression)) {
            ParityCase parity = new ParityCase("", expression, types, "");
            try {
                difference(parity, new CompiledCase(parity)).ifPresent(differences::add);
            } catch (ProblemException refused) {
                assertThat(refused.problems()).isNotEmpty();
            } catch (RuntimeException e) {
                differences.add(parity + ": " + e);
            }
        }

        assertThat(differences).isEmpty();
    }

    private static List<List<String>> combinations(String expression) {
        if (!expression.matches(".*\\bb\\b.*")) {
            return TYPES.stream().map(List::of).toList();
        }
        boolean lengthens = expression.matches("(REPEAT|LPAD|RPAD).*");
        return TYPES.stream()
                .flatMap(first -> TYPES.stream()
                        .map(second -> List.of(first, lengthens && second.equals("integer") ? "count" : second)))
                .toList();
    }

    /** A value may be held for which PostgreSQL has an answer. */
    private Optional<String> difference(ParityCase parity, CompiledCase compiled) {
        Asked asked;
        try {
            asked = server.ask(parity, compiled.spelled());
        } catch (SQLException e) {
            return Optional.of(parity + ": compiles, but " + e.getMessage());
        }
        // The catalogue quotes the names of those types that are words of SQL.
        if (!asked.type().equals(compiled.type().replace("\"", ""))) {
            return Optional.of(parity + ": " + asked.type() + " there, " + compiled.type() + " here");
        }
        for (Answer answer : asked.answers()) {
            String theirs = answer.failed() ? "an error" : String.valueOf(answer.value());
            String ours = compiled.evaluate(answer.inputs());
            if (!theirs.equals(ours) && !ours.equals("an error")) {
                return Optional.of(parity + " with " + answer.inputs() + ": " + theirs + " there, " + ours + " here");
            }
        }
        return Optional.empty();
    }
}
