package dev.switchback.connectors.postgres;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private static final Pattern URL = Pattern.compile(
            "(?:jdbc:)?postgres(?:ql)?://(?<login>[^/?#@]*@)?"
                    + "(?<host>\\[[0-9A-Fa-f:.%]+]|[^\\[\\]:/?#@\\s,]+)(?::(?<port>\\d{1,5}))?/(?<database>[^/?#]+)(?:\\?(?<parameters>.*))?");
    private static final Pattern LOGIN_PARAMETER =
            Pattern.compile("(?:^|&)(?:user|password)=", Pattern.CASE_INSENSITIVE);

    /**
     * Reads {@code postgresql://host[:port]/database[?parameters]}.
     *
     * @throws IllegalArgumentException with the reason when the text is not of that form
     */
    public static PostgresSettings of(String url, String user, String password) {
        // By hand: URI knows no underscore in a host's name, and prints the URL, a password in it too, when it refuses.
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not of the form postgresql://host:port/database");
        }
        String parameters = parts.group("parameters") == null ? "" : parts.group("parameters");
        if (parts.group("login") != null || LOGIN_PARAMETER.matcher(parameters).find()) {
            throw new IllegalArgumentException("a login in the URL; write user: and password: beside it instead");
        }
        int port = parts.group("port") == null ? DEFAULT_PORT : Integer.parseInt(parts.group("port"));
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not between 1 and 65535");
        }
        String database = URLDecoder.decode(parts.group("database").replace("+", "%2B"), StandardCharsets.UTF_8);
        return new PostgresSettings(parts.group("host"), port, database, user, password, parameters);
    }

    /** The URL for the JDBC driver, without user and password. */
    public String jdbcUrl() {
        String url = "jdbc:postgresql://" + host + ":" + port + "/"
                + URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
        return parameters.isEmpty() ? url : url + "?" + parameters;
    }

    /** For people: {@code db-old:5432/shop}. */
    @Override
    public String toString() {
        return host + ":" + port + "/" + database;
    }
}
