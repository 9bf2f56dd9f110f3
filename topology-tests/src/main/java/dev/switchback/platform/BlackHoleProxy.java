package dev.switchback.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port that passes on to another one, until it is told to swallow: then connections stay open, new ones are taken, and
 * whatever is sent into either of their ends is lost, as behind a firewall that has forgotten them. Thread-safe.
 */
public final class BlackHoleProxy implements AutoCloseable {

    private final ServerSocket listening;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> replication = ConcurrentHashMap.newKeySet();
    private final Set<Socket> dead = ConcurrentHashMap.newKeySet();
    private volatile boolean swallows;

    private BlackHoleProxy(ServerSocket listening, int target) {
        this.listening = listening;
        this.target = target;
    }

    /** Begins to pass on to a port of this machine. */
    public static BlackHoleProxy to(int target) {
        try {
            ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            BlackHoleProxy proxy = new BlackHoleProxy(listening, target);
            daemon(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listening.getLocalPort();
    }

    public void swallow() {
        swallows = true;
    }

    /** Swallows what is sent either way on connections that read the log, and passes everything else on. */
    public void swallowReplication() {
        dead.addAll(replication);
    }

    /** Passes new connections on again; those that lost something are reset. */
    public void passOn() {
        swallows = false;
        dead.clear();
        open.forEach(BlackHoleProxy::reset);
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            open.forEach(BlackHoleProxy::reset);
        }
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket near = listening.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                open.add(near);
                open.add(far);
                daemon(() -> pass(near, far, near));
                daemon(() -> pass(far, near, near));
            } catch (IOException e) {
                // The target is away, or this is closed: whoever connects sees the one, and nobody the other.
            }
        }
    }

    /** @param client the end that had connected, by which the connection is known */
    private void pass(Socket from, Socket to, Socket client) {
        byte[] bytes = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                if (from == client && startsReplication(bytes, read)) {
                    replication.add(client);
                }
                if (!swallows && !dead.contains(client)) {
                    out.write(bytes, 0, read);
                }
            }
        } catch (IOException e) {
            // Reset by one end; the other learns it below.
        }
        if (!swallows && !dead.contains(client)) {
            reset(from);
            reset(to);
        }
    }

    /** What a client of the replication protocol says in its first packet. */
    private static boolean startsReplication(byte[] bytes, int length) {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1).contains("\0replication\0database\0");
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "black-hole-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
