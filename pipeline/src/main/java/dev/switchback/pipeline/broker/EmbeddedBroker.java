package dev.switchback.pipeline.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A single Kafka node in this process, reachable through the loopback interface alone, whose topics live in a data
 * directory and are there again at the next start.
 *
 * <p>What it has acknowledged survives {@code kill -9}: a record is acknowledged once it is in the operating system's
 * page cache, which outlives the process. A power failure is another matter: each topic reaches the disk on its own
 * within {@link BrokerSettings#FLUSH_MILLIS}, so that the last moments may be lost, of each topic other ones. After that
 * the directory is refused, see {@link RunningMark}. A migration that must survive the loss of its machine needs a
 * replicated Kafka.
 *
 * <p>A fault that leaves the node without its disk ends the whole process, as it would end a broker of its own; the log
 * says why. Thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);

    private final DirectoryLock lock;
    private final RunningMark mark;
    private final Path kafka;
    private final KafkaRaftServer server;
    private final String address;

    private EmbeddedBroker(DirectoryLock lock, RunningMark mark, Path kafka, KafkaRaftServer server, String address) {
        this.lock = lock;
        this.mark = mark;
        this.kafka = kafka;
        this.server = server;
        this.address = address;
    }

    /**
     * Starts the node on the port it had last time, or on any free one. Returns when it answers, in about two seconds.
     *
     * @throws ProblemException when another process holds the directory, it cannot be written, or the machine went down
     *     while a broker ran in it
     */
    public static EmbeddedBroker start(Path dataDirectory) {
        return start(dataDirectory, 0);
    }

    /**
     * Starts the node on the given port, or as {@link #start(Path)} does if that is 0.
     *
     * @throws ProblemException also when the port is taken
     */
    public static EmbeddedBroker start(Path dataDirectory, int port) {
        DirectoryLock lock = DirectoryLock.of(dataDirectory);
        try {
            return startLocked(dataDirectory, port, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static EmbeddedBroker startLocked(Path dataDirectory, int port, DirectoryLock lock) {
        int brokerPort = port == 0 ? LoopbackPort.free(lastPort(dataDirectory)) : LoopbackPort.require(port);
        Path kafka = dataDirectory.resolve("kafka").toAbsolutePath();
        BrokerSettings settings = new BrokerSettings(kafka, brokerPort, LoopbackPort.freeBut(brokerPort));
        RunningMark mark = RunningMark.set(dataDirectory, MachineBoot.id());
        boolean killed = settings.isFormatted() && !endedCleanly(kafka);
        settings.format();
        Exit.setHaltProcedure(EmbeddedBroker::end);
        if (killed) {
            FormerSelf.fence(settings);
        }
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings.properties(), false), Time.SYSTEM);
        try {
            server.startup();
            String address = LoopbackPort.HOST + ":" + brokerPort;
            keepAddress(dataDirectory, address);
            log.debug("embedded broker at {} in {}", address, dataDirectory);
            return new EmbeddedBroker(lock, mark, kafka, server, address);
        } catch (RuntimeException e) {
            server.shutdown();
            throw e;
        }
    }

    /** What clients set as {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return address;
    }

    /**
     * Where the node of a data directory listens, for processes other than the one that runs it. It may have stopped
     * since: whoever uses the address finds out by connecting.
     *
     * @return empty where no node has ever run there
     */
    public static Optional<String> addressIn(Path dataDirectory) {
        Path file = addressFile(dataDirectory);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file).trim()) : Optional.empty();
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            "data directory " + dataDirectory,
                            "The embedded broker's address cannot be read (" + e.getMessage() + ").",
                            "Give this user the right to read " + file + "."),
                    e);
        }
    }

    /** Stops the node and gives the directory back. Idempotent. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        if (endedCleanly(kafka)) {
            mark.clear();
        }
        lock.close();
    }

    /** By what Kafka leaves behind once it has synced every log; without it, the next start takes an end for a kill. */
    private static boolean endedCleanly(Path kafka) {
        return Files.exists(kafka.resolve(".kafka_cleanshutdown"));
    }

    /** What Kafka calls where it would rather end the process than go on, such as with a disk that is full. */
    private static void end(int code, @Nullable String reason) {
        log.warn("The embedded broker cannot go on, and ends the process; the log says why. {}", reason);
        Runtime.getRuntime().halt(Problem.Kind.INTERNAL.exitCode());
    }

    private static int lastPort(Path dataDirectory) {
        return addressIn(dataDirectory)
                .map(address -> Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)))
                .orElse(0);
    }

    private static void keepAddress(Path dataDirectory, String address) {
        Path file = addressFile(dataDirectory);
        try {
            WholeFile.write(file, address + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path addressFile(Path dataDirectory) {
        return dataDirectory.resolve("kafka-address");
    }
}
