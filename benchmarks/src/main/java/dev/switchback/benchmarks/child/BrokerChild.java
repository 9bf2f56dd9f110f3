package dev.switchback.benchmarks.child;

import java.nio.file.Path;

import dev.switchback.pipeline.broker.EmbeddedBroker;

/** The product's embedded broker, in a JVM of its own so that what Kafka costs can be told apart. */
public final class BrokerChild {

    private BrokerChild() {}

    /** @param arguments the data directory */
    public static void main(String[] arguments) {
        Lifeline.hold();
        EmbeddedBroker broker = EmbeddedBroker.start(Path.of(arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-close"));
        Lifeline.announce("bootstrap", broker.bootstrapServers());
    }
}
