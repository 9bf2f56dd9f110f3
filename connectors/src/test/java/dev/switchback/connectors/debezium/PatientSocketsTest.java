package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

class PatientSocketsTest {

    private static final int ANSWER = 7;

    @Test
    void theDriversLookWaitsForWhatIsOnItsWay() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new PatientSockets().createSocket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            client.setSoTimeout(1);
            CompletableFuture<Void> answer = CompletableFuture.runAsync(
                    () -> write(accepted), CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));

            assertThat(client.getInputStream().read()).isEqualTo(ANSWER);
            answer.join();
        }
    }

    @Test
    void aLookEndsWhenNothingComesAndOtherLimitsAreKept() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new PatientSockets().createSocket("127.0.0.1", server.getLocalPort());
                Socket accepted = server.accept()) {
            assertThat(accepted.isConnected()).isTrue();
            client.setSoTimeout(5000);
            assertThat(client.getSoTimeout()).isEqualTo(5000);
            client.setSoTimeout(1);
            assertThat(client.getSoTimeout()).isEqualTo(PatientSockets.WAIT_MILLIS);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void looksLetGatherWhatComesClosely() throws Exception {
        int sent = 20_000;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new PatientSockets().createSocket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            accepted.setTcpNoDelay(true);
            client.setSoTimeout(1);
            InputStream in = client.getInputStream();
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < sent; i++) {
                    write(accepted);
                }
            });
            byte[] buffer = new byte[2 * sent];
            long began = System.nanoTime();
            int looks = 0;
            for (int received = 0; received < sent; looks++) {
                received += in.read(buffer);
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            sender.join();

            assertThat(looks).isLessThanOrEqualTo((int) millis + 2);
        }
    }

    private static void write(Socket socket) {
        try {
            socket.getOutputStream().write(ANSWER);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
