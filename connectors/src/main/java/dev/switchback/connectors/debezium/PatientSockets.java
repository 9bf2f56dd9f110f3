package dev.switchback.connectors.debezium;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * Lets the driver wait for the log instead of asking for it again and again. Asked whether the server has sent anything,
 * pgjdbc reads for one millisecond ({@code PGStream.hasMessagePending}), and Debezium asks all the time; with these sockets
 * such a read lasts until something comes, or {@link #WAIT_MILLIS}. Made by the driver, by class name.
 */
public final class PatientSockets extends SocketFactory {

    /** How long capture takes to notice that it is to close, or that the slot's position is to move. */
    static final int WAIT_MILLIS = 100;

    /** What the driver sets for that look alone; every other read has a time limit in seconds. */
    private static final int LOOK_MILLIS = 1;

    @Override
    public Socket createSocket() {
        return new PatientSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(local, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(local, localPort));
    }

    private static Socket connected(InetSocketAddress server, @Nullable InetSocketAddress local) throws IOException {
        Socket socket = new PatientSocket();
        if (local != null) {
            socket.bind(local);
        }
        socket.connect(server);
        return socket;
    }

    private static final class PatientSocket extends Socket {
        @Override
        public void setSoTimeout(int millis) throws SocketException {
            super.setSoTimeout(millis == LOOK_MILLIS ? WAIT_MILLIS : millis);
        }
    }
}
