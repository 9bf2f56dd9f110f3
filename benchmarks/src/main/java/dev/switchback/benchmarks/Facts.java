package dev.switchback.benchmarks;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.debezium.connector.postgresql.Module;
import org.apache.kafka.common.utils.AppInfoParser;

import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.machine.Machine;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Topics;
import dev.switchback.benchmarks.stage.Workload;
import dev.switchback.platform.Program;

/** What a reader of a figure has to know beside it. Stateless. */
final class Facts {

    /** The rows of the largest transaction of whoever has the largest: Switchback, with many tables. */
    private static final int BATCH = 20_000;

    private Facts() {}

    /** What ran where, and when. */
    static Map<String, String> of(Machine machine) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("machine", machine.toString());
        facts.put("when", Instant.now().truncatedTo(ChronoUnit.MINUTES).toString());
        facts.put("Switchback", commit());
        return facts;
    }

    /** @param machine as it was before anything ran */
    static Map<String, String> of(Stage stage, Machine machine) {
        Map<String, String> facts = of(machine);
        facts.put("PostgreSQL, both", stage.source().value("SHOW server_version") + ", " + Stage.POSTGRES);
        facts.put(
                "Kafka",
                AppInfoParser.getVersion() + ", one embedded broker, " + Topics.PARTITIONS + " partitions a topic");
        facts.put("Debezium", Module.version());
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
                        "of %d changes, which is more than anybody's batch but Switchback's of many tables, %.2f%% fold",
                        BATCH,
                        100 * Workload.foldedShare(stage.size().keys(), BATCH)));
        facts.put("size", stage.size().toString());
        return facts;
    }

    /** The commit that was built, with "-dirty" where more than that was; not counting what a benchmark writes. */
    private static String commit() {
        String home = BenchMain.home().toString();
        String commit =
                Program.output("git", "-C", home, "describe", "--always").strip();
        String changed = Program.output(
                "git",
                "-C",
                home,
                "status",
                "--porcelain",
                "--untracked-files=no",
                "--",
                ":/",
                ":(exclude)RESULTS.md",
                ":(exclude)results",
                ":(exclude)profiles");
        return (commit.isEmpty() ? "unknown commit" : "commit " + commit) + (changed.isBlank() ? "" : "-dirty");
    }
}
