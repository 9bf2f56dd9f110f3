package dev.switchback.benchmarks;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.machine.Machine;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Topics;
import dev.switchback.benchmarks.stage.Workload;

/** What a reader of a figure has to know beside it. Stateless. */
final class Facts {

    /** Everybody's largest batch. */
    private static final int BATCH = 5_000;

    private Facts() {}

    /** @param machine as it was before anything ran */
    static Map<String, String> of(Stage stage, Machine machine) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("machine", machine.toString());
        facts.put(
                "PostgreSQL, both", stage.source().value("SHOW server_version") + ", " + new HashMap<>(Stage.POSTGRES));
        facts.put("Kafka", "one embedded broker, " + Topics.PARTITIONS + " partitions a topic");
        facts.put("every JVM", String.join(" ", JavaChild.OPTIONS));
        facts.put(
                "row",
                "12 columns, "
                        + stage.source()
                                .value("SELECT round(avg(pg_column_size(b.*)))"
                                        + " FROM (SELECT * FROM public.bench LIMIT 10000) b")
                        + " bytes on average");
        facts.put(
                "folding",
                String.format(
                        Locale.ROOT,
                        "of a batch of %d changes %.2f%% fold",
                        BATCH,
                        100 * Workload.foldedShare(stage.size().keys(), BATCH)));
        facts.put("size", stage.size().toString());
        return facts;
    }
}
