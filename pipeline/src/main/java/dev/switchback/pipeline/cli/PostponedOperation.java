package dev.switchback.pipeline.cli;

import java.time.Clock;

import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.topic.KafkaLedger;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.migration.topic.ThisProcess;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Tells an operation that waits what is to become of it. */
final class PostponedOperation {

    private PostponedOperation() {}

    static int tell(Environment environment, MigrationOptions migration, Note word) {
        MigrationFile file = migration.read(environment);
        KafkaAccess kafka = KafkaAccess.existing(file, migration.data());
        LedgerTopic topic = new LedgerTopic(kafka.settings(), file.migration());
        try (Ledger ledger = new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC())) {
            MigrationState state = ledger.read();
            Running running = state.operation()
                    .filter(operation -> !operation.fence() && operation.outcome() == Running.Outcome.UNDECIDED)
                    .orElseThrow(() -> new ProblemException(new Problem(
                            Problem.Kind.REFUSED,
                            "migration " + file.migration(),
                            "No operation waits; it is " + state.phase() + ".",
                            "Begin one with switchback cutover --yes --postpone.")));
            var unused = ledger.note(word);
            environment
                    .out()
                    .println("Told the " + running.operation() + " of " + running.operator()
                            + "; if it was begun with --postpone, it says the rest.");
            return 0;
        }
    }
}
