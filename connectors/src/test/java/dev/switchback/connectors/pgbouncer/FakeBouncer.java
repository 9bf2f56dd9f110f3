package dev.switchback.connectors.pgbouncer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import dev.switchback.connectors.postgres.PostgresSettings;

/**
 * The admin console of a PgBouncer, as far as Switchback asks it: wants the MD5 of a password, takes one simple query at a
 * time, refuses to pause what is paused and to resume what is not, and answers PAUSE when its clients are gone.
 */
final class FakeBouncer implements AutoCloseable {

    private static final String PROOF = "md5429bdacea953a35c4ece3ab61a18f27f";

    final Map<String, Boolean> paused = new ConcurrentHashMap<>();
    final List<String> commands = new CopyOnWriteArrayList<>();

    /** A client that keeps its connection until this is counted down. */
    volatile CountDownLatch client = new CountDownLatch(0);

    /** Whether its user may do more than look. */
    volatile boolean administered = true;

    private final ServerSocket server;
    private final Thread acceptor;

    FakeBouncer(String... databases) throws IOException {
        for (String database : databases) {
            paused.put(database, false);
        }
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        acceptor = new Thread(this::accept, "bouncer");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    PostgresSettings console() {
        return new PostgresSettings("localhost", server.getLocalPort(), "pgbouncer", "admin", "secret", "");
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread thread = new Thread(() -> serve(socket), "console");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (SocketException closed) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Socket socket) {
        try (socket;
                DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
                DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
            in.readNBytes(in.readInt() - 4);
            out.write(message('R', new byte[] {0, 0, 0, 5, 1, 2, 3, 4}));
            if (!query(in).equals(PROOF)) {
                out.write(error("password authentication failed"));
                return;
            }
            out.write(message('R', new byte[4]));
            out.write(message('S', text("server_version\0001.22.0/bouncer\0")));
            out.write(message('Z', new byte[] {'I'}));
            while (true) {
                String command = query(in);
                if (command.isEmpty()) {
                    return;
                }
                out.write(answer(command));
                out.write(message('Z', new byte[] {'I'}));
            }
        } catch (EOFException | SocketException gone) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a query or password; empty for anything else. */
    private static String query(DataInputStream in) throws IOException {
        int type = in.readUnsignedByte();
        byte[] body = in.readNBytes(in.readInt() - 4);
        return type == 'Q' || type == 'p' ? new String(body, 0, body.length - 1, StandardCharsets.UTF_8) : "";
    }

    private byte[] answer(String command) throws IOException {
        commands.add(command);
        if (command.equals("SHOW DATABASES")) {
            return databases();
        }
        if (command.equals("RELOAD")) {
            return message('C', text("RELOAD\0"));
        }
        if (!administered) {
            return error("admin access needed");
        }
        String[] words = command.split(" ", 2);
        String database = words[1].replace("\"", "");
        boolean pause = words[0].equals("PAUSE");
        if (!paused.containsKey(database) || paused.get(database) == pause) {
            return error("no such database, or it is so already: " + database);
        }
        paused.put(database, pause);
        try {
            client.await();
        } catch (InterruptedException e) {
            throw new EOFException();
        }
        return message('C', text(words[0] + "\0"));
    }

    private byte[] databases() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteArrayOutputStream columns = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(columns);
        List<String> names = List.of("name", "host", "force_user", "paused");
        out.writeShort(names.size());
        for (String name : names) {
            out.write(text(name + "\0"));
            out.write(new byte[18]);
        }
        all.write(message('T', columns.toByteArray()));
        for (Map.Entry<String, Boolean> each : paused.entrySet()) {
            List<String> values = new ArrayList<>(List.of(each.getKey(), "db-old", "", each.getValue() ? "1" : "0"));
            ByteArrayOutputStream row = new ByteArrayOutputStream();
            DataOutputStream fields = new DataOutputStream(row);
            fields.writeShort(values.size());
            for (String value : values) {
                if (value.isEmpty()) {
                    fields.writeInt(-1);
                } else {
                    fields.writeInt(text(value).length);
                    fields.write(text(value));
                }
            }
            all.write(message('D', row.toByteArray()));
        }
        all.write(message('C', text("SHOW\0")));
        return all.toByteArray();
    }

    private static byte[] error(String what) throws IOException {
        return message('E', text("SERROR\0C08P01\0M" + what + "\0\0"));
    }

    private static byte[] message(char type, byte[] body) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(message);
        out.writeByte(type);
        out.writeInt(body.length + 4);
        out.write(body);
        return message.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            // Until it has noticed, the operating system still takes connections for it.
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
