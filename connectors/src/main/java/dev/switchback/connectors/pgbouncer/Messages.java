package dev.switchback.connectors.pgbouncer;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** Messages of PostgreSQL's protocol 3.0 (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
final class Messages {

    private static final int LONGEST = 16 << 20;

    private final DataInputStream in;
    private final DataOutputStream out;

    Messages(Socket socket) throws IOException {
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    /** A message from the other end, whose body is read from front to back. */
    record Received(char type, ByteBuffer body) {

        int number() {
            return body.getInt();
        }

        byte[] bytes(int length) {
            byte[] bytes = new byte[length];
            body.get(bytes);
            return bytes;
        }

        String rest() {
            return new String(bytes(body.remaining()), StandardCharsets.UTF_8);
        }

        private String string() {
            int length = 0;
            while (body.get(body.position() + length) != 0) {
                length++;
            }
            String text = new String(bytes(length), StandardCharsets.UTF_8);
            body.get();
            return text;
        }

        /** Of a row description: the names alone. */
        List<String> columns() {
            List<String> names = new ArrayList<>();
            for (int left = body.getShort(); left > 0; left--) {
                names.add(string());
                body.position(body.position() + 18);
            }
            return names;
        }

        /** Of a data row. */
        List<@Nullable String> values() {
            List<@Nullable String> values = new ArrayList<>();
            for (int left = body.getShort(); left > 0; left--) {
                int length = body.getInt();
                values.add(length < 0 ? null : new String(bytes(length), StandardCharsets.UTF_8));
            }
            return values;
        }

        /** Of an error: its message. */
        private String error() {
            String text = "it gave no reason";
            for (byte field = body.get(); field != 0; field = body.get()) {
                String value = string();
                text = field == 'M' ? value : text;
            }
            return text;
        }
    }

    /** @throws AdminConsole.RefusedException for an error message */
    Received next() throws IOException {
        char type = (char) in.readUnsignedByte();
        int length = in.readInt();
        if (length < 4 || length > LONGEST) {
            throw new IOException("what answers does not speak PostgreSQL's protocol");
        }
        byte[] body = new byte[length - 4];
        in.readFully(body);
        Received message = new Received(type, ByteBuffer.wrap(body));
        if (type == 'E') {
            throw new AdminConsole.RefusedException(message.error());
        }
        return message;
    }

    void send(char type, String body) throws IOException {
        send(type, AdminConsole.bytes(body));
    }

    void send(char type, byte[] body) throws IOException {
        out.writeByte(type);
        out.writeInt(body.length + 4);
        out.write(body);
        out.flush();
    }

    void sendSasl(String mechanism, String first) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(body);
        fields.write(AdminConsole.bytes(mechanism + "\0"));
        fields.writeInt(AdminConsole.bytes(first).length);
        fields.write(AdminConsole.bytes(first));
        send('p', body.toByteArray());
    }

    void sendStartup(int protocol, Map<String, String> parameters) throws IOException {
        StringBuilder text = new StringBuilder();
        parameters.forEach(
                (name, value) -> text.append(name).append('\0').append(value).append('\0'));
        byte[] body = AdminConsole.bytes(text.append('\0').toString());
        out.writeInt(body.length + 8);
        out.writeInt(protocol);
        out.write(body);
        out.flush();
    }
}
