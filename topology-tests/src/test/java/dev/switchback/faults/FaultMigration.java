package dev.switchback.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.avro.TopicSchemaStore;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.Publication;
import dev.switchback.connectors.postgres.TruncateTriggers;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.platform.Platform;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** The migration under test, as its file describes it to the processes that run its roles. */
record FaultMigration(Path file) {

    static final Flow FLOW = new Flow("faults", Direction.FORWARD);

    static final int PARTITIONS = 4;

    private static final String FILE_PROPERTY = "faults.file";

    /** Writes the file and creates what a pipeline creates before its roles start. */
    static FaultMigration create(Platform platform) {
        FaultMigration migration = new FaultMigration(platform.directory().resolve("faults.yaml"));
        String tables = FaultTables.TABLES.stream()
                .map(table -> "  " + table + ": {}\n")
                .collect(Collectors.joining());
        String text = "migration: " + FLOW.migration() + "\nsource: "
                + yaml(platform.source().settings()) + "\ndestination: "
                + yaml(platform.destination().settings()) + "\nkafka: {bootstrap.servers: \""
                + platform.bootstrapServers() + "\"}\ntopics: {partitions: " + PARTITIONS + "}\ntables:\n" + tables;
        try {
            Files.writeString(migration.file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        migration.prepare();
        return migration;
    }

    private void prepare() {
        Plan plan = plan();
        PostgresConnections source = Plan.source(plan.file());
        for (PostgresConnections database : List.of(source, Plan.destination(plan.file()))) {
            try (Connection connection = database.open()) {
                ControlSchema.create(connection);
                ControlSchema.register(connection, FLOW.migration());
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
        List<TableId> captured =
                plan.forward().captured().stream().map(PostgresTable::id).toList();
        new TruncateTriggers(source, FLOW.migration()).ensure(captured);
        new Publication(source, FLOW).ensure(captured);
    }

    /** For a child process, which reads it with {@link #inheritedPlan}. */
    Map<String, String> properties() {
        return Map.of(FILE_PROPERTY, file.toString());
    }

    /**
     * The plan of this child process; ends it when the plan is refused.
     *
     * @param halted what to print in front of the reasons
     */
    static Plan inheritedPlan(String halted) {
        try {
            return new FaultMigration(Path.of(System.getProperty(FILE_PROPERTY))).plan();
        } catch (ProblemException e) {
            System.out.println(halted + e.problems());
            System.exit(1);
            throw e;
        }
    }

    Plan plan() {
        return Plan.of(MigrationFile.read(file, System.getenv()));
    }

    static Map<String, Object> kafka(Plan plan) {
        return plan.file().kafka().orElseThrow().settings().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().value()));
    }

    /** A user of its own tells a member's sessions and checkpoints from those of others. */
    static PostgresConnections destination(Plan plan, String member) {
        PostgresSettings settings = plan.file().destination();
        return new PostgresConnections(
                "destination",
                new PostgresSettings(
                        settings.host(), settings.port(), settings.database(), member, member, settings.parameters()));
    }

    static SchemaStore schemas(Plan plan) {
        return new TopicSchemaStore(kafka(plan), FLOW.migration() + ".schemas");
    }

    /** All partitions that apply reads. */
    static List<InputPartition> inputs(Admin admin) {
        List<String> topics = FaultTables.TABLES.stream().map(FLOW::changeTopic).toList();
        try {
            Map<String, TopicDescription> found =
                    admin.describeTopics(topics).allTopicNames().get();
            return topics.stream()
                    .flatMap(topic -> IntStream.range(0, PARTITIONS)
                            .mapToObj(partition -> new InputPartition(
                                    topic, found.get(topic).topicId().toString(), partition)))
                    .toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the change topics are not there", e);
        }
    }

    private static String yaml(PostgresSettings settings) {
        return "{type: postgres, url: \"postgresql://" + settings + "\", user: " + settings.user() + ", password: \""
                + settings.password() + "\"}";
    }
}
