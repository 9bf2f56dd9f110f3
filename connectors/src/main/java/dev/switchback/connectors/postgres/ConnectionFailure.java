package dev.switchback.connectors.postgres;

import java.sql.SQLException;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;

/** Turns what the driver throws when no connection comes about into words. Stateless. */
final class ConnectionFailure {

    private ConnectionFailure() {}

    static Problem explain(String where, PostgresSettings settings, SQLException failure) {
        return new Problem(
                Kind.UNREACHABLE,
                where,
                "The connection failed (" + failure.getSQLState() + ").",
                "Check " + settings + ".");
    }
}
