package dev.switchback.connectors.postgres;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;

/**
 * Turns what the driver throws into words for the person who must act. Goes by SQLSTATE (PostgreSQL's appendix A) and by
 * the exception beneath, not by the text, which the server may translate. Stateless.
 */
final class ConnectionFailure {

    private final String side;
    private final PostgresSettings settings;

    ConnectionFailure(String side, PostgresSettings settings) {
        this.side = side;
        this.settings = settings;
    }

    /** A failure to log in: here a missing privilege is a rejected login. */
    Problem explainLogin(SQLException failure) {
        if (!"42501".equals(failure.getSQLState())) {
            Problem problem = explain(failure);
            return unreachable(problem.what(), problem.remedy());
        }
        String user = Words.name(settings.user());
        String database = Words.name(settings.database());
        return unreachable(
                "User " + user + " may not connect to database " + database + ".",
                "Run GRANT CONNECT ON DATABASE " + database + " TO " + user + ".");
    }

    Problem explain(SQLException failure) {
        Problem beneath = beneath(failure);
        if (beneath != null) {
            return beneath;
        }
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        String user = Words.name(settings.user());
        String database = Words.name(settings.database());
        return switch (state) {
            case "28P01" ->
                unreachable(
                        "The server rejects the password of user " + user + ".",
                        "Correct " + side + ".user or " + side + ".password in the migration file.");
            case "28000" ->
                unreachable(
                        "The server does not let user " + user + " log in: " + said(failure) + ".",
                        "Correct " + side
                                + ".user in the migration file, or let the role in with a line in pg_hba.conf and"
                                + " ALTER ROLE " + user + " LOGIN.");
            case "3D000" ->
                unreachable(
                        "The server has no database " + database + ".",
                        "Correct the database's name in " + side + ".url in the migration file.");
            case "53300" ->
                unreachable(
                        "The server takes no more connections: " + said(failure) + ".",
                        "End some, or raise max_connections, max_wal_senders or the CONNECTION LIMIT of role or database.");
            case "57P03" ->
                unreachable(
                        "The server takes no connections now: " + said(failure) + ".",
                        "Wait until it is up, and start again.");
            case "42501" ->
                refused(
                        "User " + user + " lacks a privilege: " + said(failure) + ".",
                        "Grant it to " + user + ", and start again.");
            case "55P03" ->
                refused(
                        "A lock was not to be had in time: " + said(failure) + ".",
                        "Start again when the transactions that use the table have ended.");
            default -> byClass(state, failure);
        };
    }

    private @Nullable Problem beneath(SQLException failure) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                return unreachable(
                        "Nobody knows a host named " + settings.host() + ".",
                        "Correct the host in " + side + ".url in the migration file.");
            }
            if (cause instanceof SSLException) {
                return unreachable(
                        "No TLS connection to " + address() + " comes about: " + said(cause) + ".",
                        "Correct the certificates, or sslmode in " + side + ".url in the migration file.");
            }
            if (cause instanceof SocketTimeoutException) {
                return noAnswer();
            }
            if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
                return unreachable(
                        "Nothing answers at " + address() + ": " + said(cause) + ".",
                        "Start the server, or correct host and port in " + side + ".url in the migration file.");
            }
        }
        return null;
    }

    private Problem byClass(String state, SQLException failure) {
        if (state.startsWith("08") && failure.getCause() == null && "08001".equals(state)) {
            return noAnswer();
        }
        // "not currently accepting connections", see ALLOW_CONNECTIONS, ends what asks for one; other uses of the state
        // do not.
        boolean closed = state.equals("55000") && said(failure).startsWith("FATAL");
        if (state.startsWith("08") || state.startsWith("57P") || state.startsWith("28") || closed) {
            return unreachable(
                    "The connection to " + address() + " failed: " + said(failure) + ".",
                    "See that the server is up and that " + side + ".url in the migration file is right.");
        }
        return new Problem(
                Kind.INTERNAL,
                side + " " + settings,
                "The server refused a statement of Switchback's (" + state + "): " + said(failure) + ".",
                "Report it with the server's version and this message.");
    }

    private Problem noAnswer() {
        return unreachable(
                address() + " did not answer in time.",
                "See that no firewall is in between, and that host and port in " + side
                        + ".url in the migration file are right.");
    }

    private Problem unreachable(String what, String remedy) {
        return new Problem(Kind.UNREACHABLE, side + " " + settings, what, remedy);
    }

    private Problem refused(String what, String remedy) {
        return new Problem(Kind.REFUSED, side + " " + settings, what, remedy);
    }

    private String address() {
        return settings.host() + ":" + settings.port();
    }

    /** The first line of a message without its full stop, and without the password, whoever put it there. */
    private String said(Throwable failure) {
        String message = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        String line = message.lines().findFirst().orElse("").strip();
        String bare = line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
        return settings.password().isEmpty() ? bare : bare.replace(settings.password(), "...");
    }
}
