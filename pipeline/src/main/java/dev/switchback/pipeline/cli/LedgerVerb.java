package dev.switchback.pipeline.cli;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.topic.KafkaLedger;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.migration.topic.ThisProcess;
import dev.switchback.pipeline.run.KafkaAccess;

/** Shows what a migration was told and what it did, with times. */
@Command(
        name = "ledger",
        mixinStandardHelpOptions = true,
        description =
                "Show what was done in a migration: when, by whom, how long it took, and which side takes writes.",
        footer = {
            "",
            "Examples:",
            "  switchback ledger stores.yaml",
            "  switchback ledger stores.yaml --json     (one entry a line)",
            "",
            "Times are UTC, by the clock of whoever wrote the entry."
        })
final class LedgerVerb implements Callable<Integer> {

    private final Environment environment;

    @Mixin
    private MigrationOptions migration = new MigrationOptions();

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    LedgerVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        MigrationFile file = migration.read(environment);
        KafkaAccess kafka = KafkaAccess.existing(file, migration.data());
        LedgerTopic topic = new LedgerTopic(kafka.settings(), file.migration());
        List<Line> lines = topic.exists() ? lines(topic) : List.of();
        if (json) {
            lines.forEach(line -> environment.out().println(LedgerText.json(line)));
        } else {
            new LedgerText(file.migration(), environment.out()).print(lines);
        }
        return 0;
    }

    private static List<Line> lines(LedgerTopic topic) {
        try (Ledger ledger = new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC())) {
            var unused = ledger.read();
            return ledger.lines();
        }
    }
}
