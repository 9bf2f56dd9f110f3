package dev.switchback.connectors.postgres;

/** What must be so of any server that Switchback uses. Stateless. */
final class ServerChecks {

    private ServerChecks() {}

    static void version(ServerState server, Report report) {
        if (server.tooOld()) {
            report.refuse(
                    "The server is PostgreSQL " + server.versionText() + ", which is older than " + ServerState.OLDEST
                            + ".",
                    "Use a server of version " + ServerState.OLDEST + " or newer.");
        }
    }

    static void primary(String side, ServerState server, Report report) {
        if (server.standby()) {
            report.refuse(
                    "The server is a standby, and Switchback writes to both databases (control rows and watermarks).",
                    "Give the primary's address as " + side + ".url in the migration file.");
        }
    }

    static void writable(ServerState server, Report report) {
        if (server.readOnly()) {
            report.refuse(
                    "Transactions of role " + Words.name(server.role())
                            + " are read-only (default_transaction_read_only).",
                    "Run ALTER ROLE " + Words.name(server.role()) + " SET default_transaction_read_only = off.");
        }
    }

    /** Schema {@code switchback}, with control rows, checkpoints and held changes, is created on the first run. */
    static void schema(ServerState server, Report report) {
        String role = Words.name(server.role());
        if (server.hasSchema() && !server.createInSchema()) {
            report.refuse(
                    "Role " + role + " may not use schema switchback and create tables in it.",
                    "Run GRANT USAGE, CREATE ON SCHEMA switchback TO " + role + ".");
        } else if (!server.hasSchema() && !server.createInDatabase()) {
            refuseCreate("schema switchback", server, report);
        }
    }

    static void refuseCreate(String what, ServerState server, Report report) {
        report.refuse(
                "Role " + Words.name(server.role()) + " may not create " + what + " in database "
                        + Words.name(server.database()) + ".",
                "Run GRANT CREATE ON DATABASE " + Words.name(server.database()) + " TO " + Words.name(server.role())
                        + ".");
    }
}
