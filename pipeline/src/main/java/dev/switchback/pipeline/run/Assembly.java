package dev.switchback.pipeline.run;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.debezium.Capture;
import dev.switchback.connectors.debezium.CaptureSettings;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresDestination;
import dev.switchback.connectors.postgres.PostgresDrain;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.metrics.Meters;
import dev.switchback.pipeline.metrics.MetricsServer;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.topic.KafkaLedger;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.migration.topic.ThisProcess;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.status.Backlog;
import dev.switchback.pipeline.status.StatusReader;
import dev.switchback.pipeline.topology.ApplyRole;
import dev.switchback.pipeline.topology.ApplySettings;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.problem.ProblemException;

/** Puts a pipeline's parts together, in the order in which they need each other. Used once, by one thread. */
final class Assembly {

    private final Plan plan;
    private final MigrationFile file;
    private final RunSettings settings;
    private final FaultPoints faults;
    private final Runnable onHalted;
    private final PostgresConnections source;
    private final PostgresConnections destination;
    private final Meters meters;
    private final List<AutoCloseable> opened = new ArrayList<>();

    Assembly(Plan plan, RunSettings settings, FaultPoints faults, Runnable onHalted) {
        this.plan = plan;
        this.file = plan.file();
        this.settings = settings;
        this.faults = faults;
        this.onHalted = onHalted;
        this.source = Plan.source(file);
        this.destination = Plan.destination(file);
        this.meters = new Meters(file.migration());
    }

    /** @throws ProblemException when a part cannot be had; nothing stays open */
    Parts parts() {
        try {
            return open();
        } catch (RuntimeException e) {
            closeAll(e);
            throw e;
        }
    }

    private Parts open() {
        settings.requireFor(file);
        MemberDirectory member = opened(MemberDirectory.open(settings, file.migration()));
        KafkaAccess kafka = KafkaAccess.declared(file)
                .orElseGet(() -> KafkaAccess.embedded(
                        opened(EmbeddedBroker.start(settings.dataDirectory())).bootstrapServers()));
        List<AutoCloseable> ground = List.copyOf(opened);
        Preparation preparation = new Preparation(plan, source, destination);
        long epoch = preparation.control(kafka);
        List<InputPartition> inputs = preparation.topics(kafka);
        if (settings.roles().contains(Role.CAPTURE)) {
            preparation.publication();
        }
        SchemaStore schemas = opened(kafka.schemas(file));
        PostgresDrain drain = opened(new PostgresDrain(destination, plan.flow(), () -> inputs));
        PostgresDestination target = new PostgresDestination(
                destination,
                dev.switchback.connectors.postgres.ApplySettings.DEFAULTS,
                faults,
                key -> keyText(new ChangeDecoder(schemas), key));
        Roles roles = new Roles(
                role(Role.CAPTURE, () -> capture(kafka, schemas, drain)),
                role(Role.APPLY, () -> apply(kafka, schemas, target, epoch, member)));
        Observation observation = observation(kafka, schemas, roles, member.name());
        Chronicle chronicle = chronicle(kafka, member, roles, drain, observation);
        Optional<MetricsServer> metrics = metrics(observation);
        Drainage drainage = new Drainage(source, file.migration(), drain);
        Remainder remainder =
                new Remainder(plan.flow(), topics(), destination, () -> new Backlog(kafka.settings(), schemas));
        return new Parts(
                roles,
                target,
                observation,
                chronicle,
                metrics,
                drainage,
                remainder,
                opened.subList(ground.size(), opened.size()),
                ground);
    }

    private Capture capture(KafkaAccess kafka, SchemaStore schemas, PostgresDrain drain) {
        CaptureSettings.Tuning tuning = CaptureSettings.Tuning.DEFAULT;
        CaptureSettings capture = new CaptureSettings(
                plan.flow(),
                source,
                plan.tables().stream().map(table -> table.source().schema()).toList(),
                kafka.settings(),
                Preparation.topicSettings(file.topics()),
                new CaptureSettings.Tuning(
                        tuning.batchRecords(),
                        tuning.queueRecords(),
                        tuning.queueBytes(),
                        tuning.poll(),
                        file.capture().heartbeat(),
                        file.capture().slotTimeout(),
                        tuning.answer(),
                        tuning.firstPause(),
                        tuning.longestPause(),
                        Pipeline.ROLES_CLOSE_WITHIN));
        return new Capture(capture, schemas, drain, new MeteredCapture(meters, onHalted), faults);
    }

    private ApplyRole apply(
            KafkaAccess kafka, SchemaStore schemas, PostgresDestination target, long epoch, MemberDirectory member) {
        MigrationFile.Apply tuning = file.apply();
        ApplySettings apply = new ApplySettings(
                plan.flow(),
                epoch,
                plan.mappings(),
                file.topics().partitions(),
                kafka.settings(),
                schemas,
                target,
                tuning.threads(),
                new BufferBounds(tuning.rows(), tuning.bytes().bytes(), tuning.age()),
                tuning.heldLimit(),
                member.path().resolve("streams"),
                Optional.of(member.name()),
                faults);
        return new ApplyRole(apply, new MeteredApply(meters, onHalted));
    }

    private Observation observation(KafkaAccess kafka, SchemaStore schemas, Roles roles, String member) {
        StatusReader reader = new StatusReader(file, source, destination, () -> new Backlog(kafka.settings(), schemas));
        Optional<SourcePulse> pulse =
                roles.capture().map(capture -> new SourcePulse(source, file.migration(), roles::capturedLsn));
        return opened(new Observation(plan.flow(), member, roles, meters, reader, pulse, destination));
    }

    private Chronicle chronicle(
            KafkaAccess kafka, MemberDirectory member, Roles roles, PostgresDrain drain, Observation observation) {
        LedgerTopic topic = new LedgerTopic(kafka.settings(), file.migration());
        topic.ensure((short) file.topics().replication());
        Ledger ledger = new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC());
        return opened(new Chronicle(
                ledger,
                member.name(),
                roles,
                new Chronicle.Observed(source, file.migration(), drain, observation::latest)));
    }

    private Optional<MetricsServer> metrics(Observation observation) {
        MigrationFile.Metrics metrics = file.metrics();
        return metrics.port() == 0
                ? Optional.empty()
                : Optional.of(opened(MetricsServer.start(metrics.host(), metrics.port(), meters, observation::health)));
    }

    private Collection<String> topics() {
        return plan.mappings().keySet();
    }

    private static String keyText(ChangeDecoder decoder, byte[] key) {
        Object[] values = decoder.decodeKey(key).values();
        return new Key(values).toString();
    }

    private <T> Optional<T> role(Role role, Supplier<T> open) {
        return settings.roles().contains(role) ? Optional.of(open.get()) : Optional.empty();
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.add(part);
        return part;
    }

    private void closeAll(RuntimeException because) {
        for (int i = opened.size() - 1; i >= 0; i--) {
            try {
                opened.get(i).close();
            } catch (Exception e) {
                because.addSuppressed(e);
            }
        }
    }

    /**
     * A pipeline's parts.
     *
     * @param clients what is to be closed behind the roles, in any order
     * @param ground what is to be closed last, the last first
     */
    record Parts(
            Roles roles,
            PostgresDestination destination,
            Observation observation,
            Chronicle chronicle,
            Optional<MetricsServer> metrics,
            Drainage drainage,
            Remainder remainder,
            List<AutoCloseable> clients,
            List<AutoCloseable> ground) {

        Parts {
            clients = List.copyOf(clients);
            ground = List.copyOf(ground);
        }
    }
}
