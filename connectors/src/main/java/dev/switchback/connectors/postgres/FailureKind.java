package dev.switchback.connectors.postgres;

import java.sql.SQLException;
import java.util.Set;

/** What is to be done about a statement's failure, by its SQLSTATE (PostgreSQL's appendix A, read for versions 14 to 18). */
enum FailureKind {
    /** The values of some row are at fault: find it and hold its changes. */
    ROWS,
    /** The transaction lost against another one or against a limit: the same again may succeed. */
    PASSING,
    /** The connection is gone: the same again on another one, behind a look at what became of a commit. */
    DISCONNECTED,
    /** Neither a row nor time is at fault: somebody must act. */
    SYSTEM;

    /**
     * Serialization failure, deadlock, lock timeout, statement timeout, out of memory, an operator's cancel. A full disk
     * (53100) is not among them: it will not pass by itself.
     */
    private static final Set<String> PASSING_STATES =
            Set.of("40001", "40P01", "40000", "55P03", "57014", "53200", "55006");

    /** Shut down, crashed, starting up, idle for too long, no connection free. */
    private static final Set<String> DISCONNECTED_STATES =
            Set.of("57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "53300");

    /**
     * Classes that a row's values never have: connection, feature, login, object, transaction, resource, intervention,
     * system. What is left are data exceptions, constraints, limits of a value's size, and whatever triggers and
     * functions raise, with codes of their own choice.
     */
    private static final Set<String> SYSTEM_CLASSES = Set.of(
            "03", "07", "08", "0A", "0B", "0L", "0P", "0Z", "20", "24", "25", "26", "28", "2B", "2D", "34", "3B", "3D",
            "3F", "40", "42", "53", "55", "57", "58", "72", "F0", "HV", "XX");

    static FailureKind of(SQLException failure) {
        String state = failure.getSQLState();
        if (state == null || state.length() != 5) {
            return SYSTEM;
        }
        if (PASSING_STATES.contains(state)) {
            return PASSING;
        }
        if (DISCONNECTED_STATES.contains(state) || state.startsWith("08")) {
            return DISCONNECTED;
        }
        return SYSTEM_CLASSES.contains(state.substring(0, 2)) ? SYSTEM : ROWS;
    }

    /** Whether a refusal may be another row's doing and go away when that one has moved: unique, foreign key, exclusion. */
    static boolean mayBeAnothersDoing(String sqlstate) {
        return sqlstate.equals("23505") || sqlstate.equals("23503") || sqlstate.equals("23P01");
    }
}
