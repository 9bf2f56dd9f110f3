package dev.switchback.pipeline.run;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import dev.switchback.connectors.avro.RegistrySchemaStore;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.avro.TopicSchemaStore;
import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * How a migration's processes reach Kafka and its schemas.
 *
 * @param settings for any client: {@code bootstrap.servers} and security
 */
public record KafkaAccess(Map<String, Object> settings) {

    public KafkaAccess {
        settings = Map.copyOf(settings);
    }

    /** The Kafka that the file names; empty where it leaves that to the embedded broker. */
    public static Optional<KafkaAccess> declared(MigrationFile file) {
        return file.kafka().map(kafka -> {
            Map<String, Object> settings = new HashMap<>();
            kafka.settings().forEach((name, value) -> settings.put(name, value.value()));
            return new KafkaAccess(settings);
        });
    }

    /**
     * The Kafka that the file names, or else the embedded broker that another process runs.
     *
     * @throws ProblemException when no broker has ever run in the data directory
     */
    public static KafkaAccess existing(MigrationFile file, Path dataDirectory) {
        return declared(file)
                .orElseGet(() -> embedded(EmbeddedBroker.addressIn(dataDirectory)
                        .orElseThrow(() -> new ProblemException(new Problem(
                                Problem.Kind.REFUSED,
                                "data directory " + dataDirectory,
                                "No embedded broker has run in it.",
                                "Start the migration with switchback run, or name its directory with --data.")))));
    }

    static KafkaAccess embedded(String address) {
        return new KafkaAccess(Map.of("bootstrap.servers", address));
    }

    /** Opens the schemas that the migration's changes are written with. */
    public SchemaStore schemas(MigrationFile file) {
        if (file.registry().isEmpty()) {
            return new TopicSchemaStore(settings, file.migration() + ".schemas");
        }
        MigrationFile.Registry registry = file.registry().get();
        URI url = registry.url();
        return registry.login()
                .map(login -> new RegistrySchemaStore(
                        url, login.user(), login.password().value()))
                .orElseGet(() -> new RegistrySchemaStore(url));
    }

    /** Shows no setting: one may be a secret. */
    @Override
    public String toString() {
        return "Kafka at " + settings.get("bootstrap.servers");
    }
}
