package dev.switchback.connectors.postgres;

import java.net.URI;

/**
 * Where a PostgreSQL database is and who logs in. The password appears in no text made of this.
 *
 * @param host name or address
 * @param database name of the database
 * @param parameters further parameters of the JDBC driver as they stand behind the URL's {@code ?}, possibly empty
 */
public record PostgresSettings(
        String host, int port, String database, String user, String password, String parameters) {

    public static final int DEFAULT_PORT = 5432;

    /**
     * Reads {@code postgresql://host[:port]/database[?parameters]}.
     *
     * @throws IllegalArgumentException with the reason when the text is not of that form
     */
    public static PostgresSettings of(String url, String user, String password) {
        URI uri = URI.create(url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url);
        boolean postgres = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
        if (!postgres
                || uri.getHost() == null
                || uri.getPath() == null
                || uri.getPath().length() < 2) {
            throw new IllegalArgumentException("not of the form postgresql://host:port/database");
        }
        if (uri.getUserInfo() != null) {
            throw new IllegalArgumentException("a login in the URL; write user: and password: beside it instead");
        }
        return new PostgresSettings(
                uri.getHost(),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                uri.getPath().substring(1),
                user,
                password,
                uri.getQuery() == null ? "" : uri.getQuery());
    }

    /** The URL for the JDBC driver, without user and password. */
    public String jdbcUrl() {
        String url = "jdbc:postgresql://" + host + ":" + port + "/" + database;
        return parameters.isEmpty() ? url : url + "?" + parameters;
    }

    /** For people: {@code db-old:5432/shop}. */
    @Override
    public String toString() {
        return host + ":" + port + "/" + database;
    }
}
