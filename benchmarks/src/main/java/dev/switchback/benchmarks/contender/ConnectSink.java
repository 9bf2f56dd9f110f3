package dev.switchback.benchmarks.contender;

import java.time.Duration;
import java.util.List;

import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.platform.Await;

/** Debezium's JDBC sink alone: a topic that the source has filled before, into the destination. */
public final class ConnectSink implements Contender {

    private static final String FILL = "sink_fill";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Override
    public String name() {
        return "Debezium JDBC sink";
    }

    @Override
    public String settings() {
        return ConnectWorker.SINK + "; " + ConnectWorker.WORKER;
    }

    @Override
    public void prepare(Stage stage) {
        ConnectWorker.createSourceParts(stage, FILL);
        try (JavaChild worker = ConnectWorker.start(stage, FILL, ConnectWorker.source(stage, FILL))) {
            Await.until(
                    "the sink's topic to be filled",
                    PATIENCE,
                    () -> !worker.isAlive() || stage.topics().records(ConnectWorker.topic(FILL)) >= stage.backlog());
            worker.requireAlive();
        }
        stage.dropSlot(FILL);
    }

    @Override
    public Running start(Stage stage, String run) {
        JavaChild worker = ConnectWorker.start(stage, run, ConnectWorker.sink(stage, run, ConnectWorker.topic(FILL)));
        return new Running(List.of(worker), null, () -> stage.topics().deleteGroup("connect-" + run + "-sink"));
    }
}
