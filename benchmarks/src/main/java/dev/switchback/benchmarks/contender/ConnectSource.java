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
        return ConnectWorker.SOURCE + "; " + ConnectWorker.WORKER;
    }

    @Override
    public Running start(Stage stage, String run) {
        ConnectWorker.createSourceParts(stage, run);
        String topic = ConnectWorker.topic(run);
        JavaChild worker = ConnectWorker.start(stage, run, ConnectWorker.source(stage, run));
        Tally written = new Tally() {
            @Override
            public long changes() {
                return stage.topics().records(topic);
            }

            @Override
            public String topic() {
                return topic;
            }
        };
        return new Running(List.of(worker), written, () -> {
            stage.dropSlot(run);
            stage.topics().deleteAll(run + ".");
        });
    }
}
