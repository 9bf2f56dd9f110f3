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

/** What a reader of a figure has to know beside it. Immutable. */
final class Facts {

    /** The rows of the largest transaction of whoever has the largest: Switchback's two threads, with many tables. */
    private static final int BATCH = 20_000;

    private static final int THREADS = 2;

    private final Machine machine;
    private final String commit;

    private Facts(Machine machine, String commit) {
        this.machine = machine;
        this.commit = commit;
    }

    /**
     * Of what is about to run: the sources may be touched before it has ended.
     *
     * @param machine as it is before anything runs
     */
    static Facts before(Machine machine) {
        return new Facts(machine, commit());
    }

    /** What ran where, and when. */
    Map<String, String> here() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("machine", machine.toString());
        facts.put("when", Instant.now().truncatedTo(ChronoUnit.MINUTES).toString());
        facts.put("Switchback", commit);
        return facts;
    }

    /** And on which stage. */
    Map<String, String> of(Stage stage) {
        Map<String, String> facts = here();
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
                        "of a batch of %,d changes of half of the keys, which is anybody's largest, %.2f%% fold",
                        BATCH,
                        100 * Workload.foldedShare(stage.size().keys() / THREADS, BATCH)));
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
