package dev.switchback.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.parity.ParityServer.Answer;
import dev.switchback.parity.ParityServer.Asked;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.PostgresBinaries;
import dev.switchback.platform.ScratchDirectory;

/**
 * A mapping's expression gives what PostgreSQL gives for it: the same type, the same value to the last digit, or an error
 * where PostgreSQL raises one. Refused, and so listed in {@code docs/functions.md}, may be what PostgreSQL would answer;
 * never the other way round.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Parity {

    private ScratchDirectory scratch;
    private EmbeddedDatabase database;
    private ParityServer server;

    /** The PostgreSQL that is asked. */
    abstract PostgresBinaries binaries();

    /** A session in a database of it. */
    Connection connect(EmbeddedDatabase database) throws SQLException {
        return database.connect();
    }

    /** Values that it cannot read. */
    Set<String> unreadable() {
        return Set.of();
    }

    @BeforeAll
    void start() throws SQLException {
        PostgresBinaries binaries = binaries();
        scratch = ScratchDirectory.create("switchback-");
        database = EmbeddedDatabase.create(binaries, scratch.path().resolve("server"), "shop", Map.of());
        server = new ParityServer(connect(database), unreadable());
    }

    @AfterAll
    void stop() {
        if (scratch != null) {
            database.close();
            scratch.close();
        }
    }

    static List<ParityCase> cases() {
        return ParityCase.all();
    }

    /** Half hours, a day left out, changes of both signs, a year of changes at odd times: the zones that are least alike. */
    static List<String> zones() {
        return List.of(
                "Europe/Berlin",
                "Europe/Dublin",
                "Europe/Moscow",
                "America/New_York",
                "America/Caracas",
                "America/St_Johns",
                "Asia/Kolkata",
                "Asia/Pyongyang",
                "Africa/Monrovia",
                "Africa/Cairo",
                "Australia/Lord_Howe",
                "Antarctica/Troll",
                "Pacific/Apia",
                "Pacific/Kwajalein",
                "Etc/GMT-14");
    }

    @ParameterizedTest
    @MethodSource("zones")
    void theClocksOfAZoneShowWhatPostgresSays(String zone) throws SQLException {
        assertThat(new ZoneParity(zone).differences(database)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void theMappingSaysWhatPostgresSays(ParityCase parity) throws SQLException {
        CompiledCase compiled = new CompiledCase(parity);
        Asked asked = server.ask(parity, compiled.spelled());

        List<String> differences = new ArrayList<>();
        int equal = 0;
        for (Answer answer : asked.answers()) {
            String theirs = answer.failed() ? "an error" : String.valueOf(answer.value());
            String ours = compiled.evaluate(answer.inputs());
            boolean refused = ours.equals("an error") && !parity.refused().isEmpty();
            if (!theirs.equals(ours) && !refused) {
                differences.add(answer.inputs() + ": " + theirs + " there, " + ours + " here");
            }
            if (!answer.failed() && !Objects.equals(answer.value(), answer.spelled())) {
                differences.add(answer.inputs() + ": " + theirs + ", but as we spell it " + answer.spelled());
            }
            equal += theirs.equals(ours) && !answer.failed() && answer.value() != null ? 1 : 0;
        }

        assertThat(compiled.type()).isEqualTo(asked.type());
        assertThat(differences).isEmpty();
        assertThat(equal)
                .as("values that are not errors or NULL, so that the case says something")
                .isGreaterThanOrEqualTo(
                        compiled.type().equals("boolean") && asked.answers().size() < 10 ? 1 : 2);
    }
}
