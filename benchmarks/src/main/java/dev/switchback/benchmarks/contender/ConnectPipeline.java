package dev.switchback.benchmarks.contender;

import java.util.List;

import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.stage.Stage;

/** Debezium's source and Debezium's JDBC sink in one Kafka Connect worker. */
public final class ConnectPipeline implements Contender {

    @Override
    public String name() {
        return "Debezium + JDBC sink";
    }

    @Override
    public String settings() {
        return "source: " + ConnectWorker.SOURCE + "; sink: " + ConnectWorker.SINK + "; " + ConnectWorker.WORKER;
    }

    @Override
    public Running start(Stage stage, String run) {
        ConnectWorker.createSourceParts(stage, run);
        String topic = ConnectWorker.topic(run);
        JavaChild worker = ConnectWorker.start(
                stage, run, ConnectWorker.source(stage, run), ConnectWorker.sink(stage, run, topic));
        return new Running(List.of(worker), null, () -> {
            stage.dropSlot(run);
            stage.topics().deleteGroup("connect-" + run + "-sink");
            stage.topics().deleteAll(run + ".");
        });
    }
}
