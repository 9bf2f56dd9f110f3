package dev.switchback.platform;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import dev.switchback.pipeline.broker.EmbeddedBroker;

/**
 * What a migration needs around it: two PostgreSQL servers and, unless the migration brings its own, a broker. All of it
 * lies in one scratch directory and goes with it. Not thread-safe.
 */
public final class Platform implements AutoCloseable {

    private final ScratchDirectory scratch;
    private final EmbeddedDatabase source;
    private final EmbeddedDatabase destination;
    private @Nullable EmbeddedBroker broker;

    private Platform(ScratchDirectory scratch, EmbeddedDatabase source, EmbeddedDatabase destination) {
        this.scratch = scratch;
        this.source = source;
        this.destination = destination;
    }

    /** Two servers with an empty database each, and a broker. */
    public static Platform start(String database) {
        Platform platform = databases(database, Map.of());
        try {
            platform.startBroker();
            return platform;
        } catch (RuntimeException e) {
            platform.close();
            throw e;
        }
    }

    /**
     * Two servers with an empty database each, and no broker.
     *
     * @param configuration server settings for both, over those of {@link EmbeddedDatabase}
     */
    public static Platform databases(String database, Map<String, String> configuration) {
        return databases(database, configuration, PostgresBinaries.BUNDLED, PostgresBinaries.BUNDLED);
    }

    /** The same with servers of other versions. */
    public static Platform databases(
            String database, Map<String, String> configuration, PostgresBinaries from, PostgresBinaries to) {
        ScratchDirectory scratch = ScratchDirectory.create("switchback-");
        CompletableFuture<EmbeddedDatabase> source = CompletableFuture.supplyAsync(
                () -> EmbeddedDatabase.create(from, scratch.path().resolve("source"), database, configuration));
        CompletableFuture<EmbeddedDatabase> destination = CompletableFuture.supplyAsync(
                () -> EmbeddedDatabase.create(to, scratch.path().resolve("destination"), database, configuration));
        return new Platform(scratch, source.join(), destination.join());
    }

    public EmbeddedDatabase source() {
        return source;
    }

    public EmbeddedDatabase destination() {
        return destination;
    }

    /** A directory for whatever else has to go when this is closed. */
    public Path directory() {
        return scratch.path();
    }

    /** The broker's address. */
    public String bootstrapServers() {
        EmbeddedBroker running = broker;
        if (running == null) {
            throw new IllegalStateException("the broker is not running");
        }
        return running.bootstrapServers();
    }

    /** Starts the broker, on the port and data that it had before if it has run already. */
    public void startBroker() {
        if (broker == null) {
            broker = EmbeddedBroker.start(scratch.path().resolve("broker"));
        }
    }

    /** Stops the broker in order; its topics stay. */
    public void stopBroker() {
        EmbeddedBroker running = broker;
        if (running != null) {
            broker = null;
            running.close();
        }
    }

    @Override
    public void close() {
        stopBroker();
        source.close();
        destination.close();
        scratch.close();
    }
}
