package dev.switchback.connectors.pgbouncer;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * A PgBouncer, by its admin console. Each call has a session of its own. Throws {@link ProblemException} of kind UNREACHABLE
 * where the console does not answer, REFUSED where it says no. Thread-safe.
 */
public final class PgBouncer {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

    private final PostgresSettings console;

    /** @param console where it is and who logs in; its database is {@code pgbouncer} as a rule */
    public PgBouncer(PostgresSettings console) {
        this.console = console;
    }

    /** Which of its databases are paused, of all that it has. */
    Map<String, Boolean> paused() {
        return session(ANSWER_WITHIN, session -> {
            Map<String, Boolean> paused = new HashMap<>();
            for (Map<String, @Nullable String> row : session.run("SHOW DATABASES")) {
                paused.put(String.valueOf(row.get("name")), "1".equals(row.get("paused")));
            }
            return paused;
        });
    }

    /** Lets nobody through, and waits for those who are; does nothing where it is so already. */
    void pause(List<String> databases, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        each(databases, false, "PAUSE", deadline);
    }

    /**
     * Lets clients through again; does nothing where it is so already.
     *
     * @param databases all that it has, if empty
     */
    public void resume(List<String> databases, Duration within) {
        List<String> named = databases.isEmpty() ? List.copyOf(paused().keySet()) : databases;
        each(named, true, "RESUME", System.nanoTime() + within.toNanos());
    }

    private void each(List<String> databases, boolean paused, String command, long deadline) {
        Map<String, Boolean> states = paused();
        requireKnown(databases, states);
        for (String database : databases) {
            if (states.getOrDefault(database, !paused) == paused) {
                Duration left = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
                session(left, session -> session.run(command + " \"" + database + "\""));
            }
        }
    }

    /** Has it read its configuration again. */
    public void reload() {
        session(ANSWER_WITHIN, session -> session.run("RELOAD"));
    }

    /**
     * Whether its user may administer it, and not look on alone: told by how it refuses to resume a database that it does
     * not have.
     */
    boolean administers(Map<String, Boolean> states) {
        String nobodys = "switchback";
        while (states.containsKey(nobodys)) {
            nobodys += "_";
        }
        try {
            String command = "RESUME \"" + nobodys + "\"";
            session(ANSWER_WITHIN, session -> session.run(command));
            return true;
        } catch (ProblemException refused) {
            if (!(refused.getCause() instanceof AdminConsole.RefusedException said)) {
                throw refused;
            }
            return !String.valueOf(said.getMessage()).contains("admin access");
        }
    }

    Problem notAdministered() {
        return refused(
                "User " + console.user() + " may look at it, and not pause or resume.",
                "Add " + console.user() + " to admin_users in its configuration.");
    }

    private void requireKnown(List<String> databases, Map<String, Boolean> states) {
        List<Problem> unknown = databases.stream()
                .filter(database -> !states.containsKey(database))
                .map(database -> unknown(database, states))
                .toList();
        if (!unknown.isEmpty()) {
            throw new ProblemException(unknown);
        }
    }

    Problem unknown(String database, Map<String, Boolean> states) {
        return refused(
                "It has no database " + database + ".",
                NearName.hint(database, states.keySet(), "See SHOW DATABASES in its console for those it has."));
    }

    private Problem refused(String what, String remedy) {
        return new Problem(Problem.Kind.REFUSED, where(), what, remedy);
    }

    String where() {
        return "PgBouncer " + console.host() + ":" + console.port();
    }

    @FunctionalInterface
    private interface Work<T> {
        T run(AdminConsole session) throws IOException;
    }

    private <T> T session(Duration answerWithin, Work<T> work) {
        try (AdminConsole session = AdminConsole.open(console, answerWithin)) {
            return work.run(session);
        } catch (AdminConsole.RefusedException e) {
            throw new ProblemException(
                    refused(
                            "It said: " + e.getMessage() + ".",
                            "See that user " + console.user()
                                    + " may administer it (admin_users), and what its log says."),
                    e);
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.UNREACHABLE,
                            where(),
                            "It did not answer within " + TimeSpan.text(answerWithin) + " (" + e.getMessage() + ").",
                            "See that it runs, and that no client holds a connection through it for longer."),
                    e);
        }
    }
}
