package dev.switchback.pipeline.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Ports to listen on. The broker must know its ports before it binds them, so a free one is found by trying; it is
 * taken from below the range that operating systems use for outgoing connections, where it could be gone again at once.
 */
final class LoopbackPort {

    static final String HOST = "127.0.0.1";

    private static final byte[] ADDRESS = {127, 0, 0, 1};
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;

    private LoopbackPort() {}

    /** The wanted port if it is free, otherwise another one; any if the wanted one is 0. */
    static int free(int wanted) {
        int port = wanted;
        while (port == 0 || !isFree(port)) {
            port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
        }
        return port;
    }

    /** Any free port but that one, which is to be bound later. */
    static int freeBut(int other) {
        int port = free(0);
        while (port == other) {
            port = free(0);
        }
        return port;
    }

    /** @throws ProblemException when the port is taken */
    static int require(int port) {
        if (!isFree(port)) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "embedded broker",
                    "Port " + port + " of " + HOST + " is taken.",
                    "Stop the program that listens on it, or configure another port."));
        }
        return port;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByAddress(ADDRESS))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
