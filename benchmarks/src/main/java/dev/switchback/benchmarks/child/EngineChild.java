package dev.switchback.benchmarks.child;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/** The stock Debezium engine that throws its events away: the ceiling of everything that builds on the engine. */
public final class EngineChild {

    private long changes;

    private EngineChild() {}

    /** @param arguments the engine's property file */
    public static void main(String[] arguments) throws IOException {
        Lifeline.hold();
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(arguments[0]), StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        EngineChild child = new EngineChild();
        DebeziumEngine.create(Connect.class)
                .using(properties)
                .using((success, message, error) -> Lifeline.announce(success ? "completed" : "failed", message))
                .notifying(child::handle)
                .build()
                .run();
    }

    private void handle(
            List<ChangeEvent<SourceRecord, SourceRecord>> events,
            RecordCommitter<ChangeEvent<SourceRecord, SourceRecord>> committer)
            throws InterruptedException {
        for (ChangeEvent<SourceRecord, SourceRecord> event : events) {
            if (event.value().value() instanceof Struct envelope
                    && envelope.schema().field("op") != null) {
                changes++;
            }
            committer.markProcessed(event);
        }
        committer.markBatchFinished();
        Lifeline.announce("changes", changes);
    }
}
