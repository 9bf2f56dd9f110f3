package dev.switchback.pipeline.cli;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.topic.KafkaLedger;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.migration.topic.ThisProcess;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.status.Backlog;
import dev.switchback.pipeline.status.Status;
import dev.switchback.pipeline.status.StatusReader;
import dev.switchback.transforms.problem.ProblemException;

/** Shows how a migration stands, whoever runs it. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show how far each table is, the replication lag, held changes, the slot and who runs it.",
        footer = {
            "",
            "Examples:",
            "  switchback status stores.yaml",
            "  switchback status stores.yaml --json",
            "",
            "Rates are measured over one second. Exit code 3 when a system does not answer; the rest is shown."
        })
final class StatusVerb implements Callable<Integer> {

    private static final Duration LEDGER_ANSWERS_WITHIN = Duration.ofSeconds(5);

    private final Environment environment;

    @Mixin
    private MigrationOptions migration = new MigrationOptions();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    StatusVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        MigrationFile file = migration.read(environment);
        Status status = read(file);
        Optional<Standing> standing = standing(file);
        if (json) {
            ObjectNode object = StatusJson.of(status);
            standing.ifPresent(found -> found.addTo(object));
            environment.out().println(object);
        } else {
            environment.out().println(standing.map(Standing::toString).orElseGet(() -> byControlRows(file)));
            standing.flatMap(found -> found.state().operation())
                    .ifPresent(running -> environment.out().println(Standing.remedy(running)));
            StatusText.print(status, environment.out());
        }
        return environment.report(status.problems());
    }

    /** By the ledger; empty where it cannot be asked: the embedded broker runs with the migration only. */
    private Optional<Standing> standing(MigrationFile file) {
        try {
            LedgerTopic topic = new LedgerTopic(
                    KafkaAccess.existing(file, migration.data()).settings(), file.migration(), LEDGER_ANSWERS_WITHIN);
            if (!topic.exists()) {
                return Optional.empty();
            }
            try (Ledger ledger = new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC())) {
                return Optional.of(new Standing(file.migration(), ledger.read()));
            }
        } catch (ProblemException unanswered) {
            return Optional.empty();
        }
    }

    private static String byControlRows(MigrationFile file) {
        return "The ledger cannot be asked. By the control rows, the source is " + fence(file, Plan.source(file))
                + " and the destination " + fence(file, Plan.destination(file)) + ".";
    }

    private static String fence(MigrationFile file, PostgresConnections database) {
        try (Connection connection = database.open()) {
            return ControlSchema.control(connection, file.migration())
                    .map(row -> row.fenced() ? "fenced" : "open")
                    .orElse("not part of a migration yet");
        } catch (SQLException | ProblemException unanswered) {
            return "unknown";
        }
    }

    private Status read(MigrationFile file) throws InterruptedException {
        Flow flow = applying(file);
        boolean forward = flow.direction() == Direction.FORWARD;
        PostgresConnections from = forward ? Plan.source(file) : Plan.destination(file);
        PostgresConnections to = forward ? Plan.destination(file) : Plan.source(file);
        try (StatusReader reader = new StatusReader(file, flow, from, to, () -> backlog(file))) {
            Status first = reader.read();
            if (!first.problems().isEmpty()) {
                return first;
            }
            TimeUnit.SECONDS.sleep(1);
            return reader.read();
        }
    }

    /** The flow that applies, as the destination's control row says; FORWARD where it does not say. */
    private static Flow applying(MigrationFile file) {
        PostgresConnections destination = Plan.destination(file);
        try (Connection connection = destination.open()) {
            return ControlSchema.control(connection, file.migration())
                    .map(row -> new Flow(file.migration(), row.direction()))
                    .orElseGet(file::flow);
        } catch (SQLException | ProblemException unanswered) {
            // The reader says so, with the rest.
            return file.flow();
        }
    }

    private Backlog backlog(MigrationFile file) {
        KafkaAccess kafka = KafkaAccess.existing(file, migration.data());
        SchemaStore schemas = kafka.schemas(file);
        return new Backlog(kafka.settings(), schemas);
    }
}
