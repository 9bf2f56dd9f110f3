package dev.switchback.connectors.debezium;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * Lets the driver wait for the log instead of asking for it again and again. Asked whether the server has sent anything,
 * pgjdbc reads for one millisecond ({@code PGStream.hasMessagePending}), and Debezium asks all the time; with these sockets
 * such a read lasts until something comes, or {@link #WAIT_MILLIS}.
 *
 * <p>The server sends each change by itself. Where they come closely, a look that found all that there was is followed by
 * another one {@link #GATHER_NANOS} later at the earliest: otherwise the reader, which is faster than the server, would be
 * woken for every few changes, at the price of a switch of threads each time, the server's among them. (Not so over TLS,
 * which asks for exactly what a record has, so that no look is seen to have found all.)
 *
 * <p>Made by the driver, by class name.
 */
public final class PatientSockets extends SocketFactory {

    /** How long capture takes to notice that it is to close, or that the slot's position is to move. */
    static final int WAIT_MILLIS = 100;

    /** How long changes gather in the socket that come closely behind each other; also what this may add to their latency. */
    static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

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

        private volatile boolean looking;

        @Override
        public synchronized void setSoTimeout(int millis) throws SocketException {
            looking = millis == LOOK_MILLIS;
            super.setSoTimeout(looking ? WAIT_MILLIS : millis);
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new Gathering(super.getInputStream());
        }

        private final class Gathering extends FilterInputStream {

            private long emptiedAt = System.nanoTime() - GATHER_NANOS;

            Gathering(InputStream in) {
                super(in);
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (looking) {
                    LockSupport.parkNanos(emptiedAt + GATHER_NANOS - System.nanoTime());
                }
                int read = super.read(into, offset, length);
                if (read < length) {
                    emptiedAt = System.nanoTime();
                }
                return read;
            }
        }
    }
}
