package dev.switchback.connectors.pgbouncer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresSettings;

/**
 * A session at PgBouncer's admin console. It speaks the little of PostgreSQL's protocol 3.0 that the console knows: a
 * driver would ask it for settings that it refuses (https://www.pgbouncer.org/usage.html#admin-console: the simple query
 * protocol only). Without TLS. Not thread-safe.
 */
final class AdminConsole implements AutoCloseable {

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
    private static final int PROTOCOL = 196_608;
    private static final int CLEARTEXT = 3;
    private static final int MD5 = 5;
    private static final int SASL = 10;
    private static final int SASL_CONTINUE = 11;
    private static final int SASL_FINAL = 12;

    private final Socket socket;
    private final Messages messages;
    private final PostgresSettings login;

    private AdminConsole(Socket socket, PostgresSettings login) throws IOException {
        this.socket = socket;
        this.messages = new Messages(socket);
        this.login = login;
    }

    /** The console has said no: {@code getMessage()} is what it said. */
    static final class RefusedException extends IOException {

        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /** @param answerWithin bounds each wait for an answer */
    static AdminConsole open(PostgresSettings login, Duration answerWithin) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(login.host(), login.port()), (int) CONNECT_WITHIN.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.max(1, Math.toIntExact(answerWithin.toMillis())));
            AdminConsole console = new AdminConsole(socket, login);
            console.logIn();
            return console;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void logIn() throws IOException {
        messages.sendStartup(PROTOCOL, Map.of("user", login.user(), "database", login.database()));
        Scram scram = new Scram(login.password());
        while (true) {
            Messages.Received message = messages.next();
            if (message.type() == 'R') {
                authenticate(message, scram);
            } else if (message.type() == 'Z') {
                return;
            }
        }
    }

    private void authenticate(Messages.Received message, Scram scram) throws IOException {
        int kind = message.number();
        switch (kind) {
            case 0 -> {}
            case CLEARTEXT -> messages.send('p', login.password() + "\0");
            case MD5 -> messages.send('p', Md5.answer(login.user(), login.password(), message.bytes(4)) + "\0");
            case SASL -> messages.sendSasl(Scram.MECHANISM, scram.first());
            case SASL_CONTINUE -> messages.send('p', scram.last(message.rest()));
            case SASL_FINAL -> scram.verify(message.rest());
            default ->
                throw new RefusedException("it wants authentication of kind " + kind + ", which is not known here");
        }
    }

    /**
     * Runs a command.
     *
     * @return its rows, by column
     * @throws RefusedException when the console says no
     */
    List<Map<String, @Nullable String>> run(String command) throws IOException {
        messages.send('Q', command + "\0");
        List<String> columns = new ArrayList<>();
        List<Map<String, @Nullable String>> rows = new ArrayList<>();
        @Nullable RefusedException refused = null;
        while (true) {
            try {
                Messages.Received message = messages.next();
                switch (message.type()) {
                    case 'T' -> columns = message.columns();
                    case 'D' -> rows.add(row(columns, message.values()));
                    case 'Z' -> {
                        if (refused != null) {
                            throw refused;
                        }
                        return rows;
                    }
                    default -> {}
                }
            } catch (RefusedException e) {
                if (e == refused) {
                    throw e;
                }
                // What it says last is that it is ready again.
                refused = e;
            }
        }
    }

    private static Map<String, @Nullable String> row(List<String> columns, List<@Nullable String> values) {
        Map<String, @Nullable String> row = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(columns.size(), values.size()); i++) {
            row.put(columns.get(i), values.get(i));
        }
        return row;
    }

    @Override
    public void close() throws IOException {
        try {
            messages.send('X', new byte[0]);
        } finally {
            socket.close();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
