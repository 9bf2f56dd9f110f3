package dev.switchback.benchmarks.contender;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.switchback.benchmarks.child.EngineChild;
import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.stage.Stage;

/** The stock Debezium engine, which throws its events away. */
public final class DebeziumEngine implements Contender {

    @Override
    public String name() {
        return "Debezium engine, events discarded";
    }

    @Override
    public String settings() {
        return "Connect format (nothing is serialized), " + DebeziumSource.TUNING;
    }

    @Override
    public Running start(Stage stage, String run) {
        stage.createSlot(run);
        Map<String, String> properties = new TreeMap<>(DebeziumSource.properties(stage, run));
        properties.put("name", run);
        properties.put("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        properties.put("bootstrap.servers", stage.bootstrapServers());
        JavaChild engine = stage.start(JavaChild.Command.of(
                "engine",
                EngineChild.class,
                PropertyFile.write(stage.directory(), run, properties).toString()));
        return new Running(List.of(engine), () -> engine.count("changes"), () -> stage.dropSlot(run));
    }
}
