package dev.switchback.connectors.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and a server and cuts their connection once, at a chosen message of the client's: before the
 * server gets it, or after the server has answered it and before the client hears of it.
 */
final class CuttingProxy implements AutoCloseable {

    private final ServerSocket listening;
    private final int serverPort;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicBoolean cut = new AtomicBoolean();
    private volatile int cutAt = Integer.MAX_VALUE;
    private volatile boolean afterAnswer;

    CuttingProxy(int serverPort) {
        this.serverPort = serverPort;
        try {
            this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Counts the client's messages from here on, and cuts at the given one, the first being 1. */
    void cutAt(int message, boolean afterAnswer) {
        messages.set(0);
        cut.set(false);
        this.afterAnswer = afterAnswer;
        this.cutAt = message;
    }

    boolean hasCut() {
        return cut.get();
    }

    /** The client's messages since the last {@link #cutAt}. */
    int messages() {
        return messages.get();
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                sockets.add(client);
                sockets.add(server);
                AtomicBoolean deaf = new AtomicBoolean();
                daemon(() -> forward(client, server, deaf, true));
                daemon(() -> forward(server, client, deaf, false));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** @param deaf set when the server's next answer is to be swallowed and the connection cut instead */
    private void forward(Socket from, Socket to, AtomicBoolean deaf, boolean fromClient) {
        byte[] buffer = new byte[1 << 20];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (fromClient && messages.incrementAndGet() == cutAt && cut.compareAndSet(false, true)) {
                    if (!afterAnswer) {
                        return;
                    }
                    deaf.set(true);
                }
                if (!fromClient && deaf.get()) {
                    return;
                }
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException closed) {
            // The other half was closed: so is this one now.
            return;
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
