package dev.switchback.benchmarks.contender;

import java.util.List;

import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.stage.Stage;

/** Debezium's source in Kafka Connect: the log into a topic. */
public final class ConnectSource implements Contender {

    @Override
    public String name() {
        return "Debezium source on Kafka Connect";
    }

    @Override
    public String settings() {
        return ConnectWorker.SOURCE;
    }

    @Override
    public Running start(Stage stage, String run) {
        ConnectWorker.createSourceParts(stage, run);
        String topic = ConnectWorker.topic(run);
        JavaChild worker = ConnectWorker.start(stage, run, ConnectWorker.source(stage, run));
        return new Running(List.of(worker), () -> stage.topics().records(topic), () -> {
            stage.dropSlot(run);
            stage.topics().deleteAll(run + ".");
        });
    }
}
