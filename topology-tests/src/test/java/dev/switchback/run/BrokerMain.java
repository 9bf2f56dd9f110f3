package dev.switchback.run;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

import dev.switchback.pipeline.broker.EmbeddedBroker;

/** A broker in a process of its own, to be frozen. Prints its address. */
final class BrokerMain {

    private BrokerMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        EmbeddedBroker broker = EmbeddedBroker.start(Path.of(arguments[0]));
        System.out.println("listens on " + broker.bootstrapServers() + ";");
        new CountDownLatch(1).await();
    }
}
