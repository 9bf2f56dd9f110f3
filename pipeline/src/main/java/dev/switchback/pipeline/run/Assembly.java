package dev.switchback.pipeline.run;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.metrics.MetricsServer;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.migration.topic.KafkaLedger;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.migration.topic.ThisProcess;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Puts a pipeline's parts together, in the order in which they need each other. Used once, by one thread. */
final class Assembly {

    private final Plan plan;
    private final MigrationFile file;
    private final RunSettings settings;
    private final FaultPoints faults;
    private final Runnable onHalted;
    private final List<AutoCloseable> opened = new ArrayList<>();

    Assembly(Plan plan, RunSettings settings, FaultPoints faults, Runnable onHalted) {
        this.plan = plan;
        this.file = plan.file();
        this.settings = settings;
        this.faults = faults;
        this.onHalted = onHalted;
    }

    /** @throws ProblemException when a part cannot be had; nothing stays open */
    Parts parts() {
        try {
            return open();
        } catch (RuntimeException e) {
            closeAll(opened, e);
            throw e;
        }
    }

    private Parts open() {
        settings.requireFor(file);
        MemberDirectory member = opened(MemberDirectory.open(settings, file.migration()));
        KafkaAccess kafka = KafkaAccess.declared(file)
                .orElseGet(() -> KafkaAccess.embedded(
                        opened(EmbeddedBroker.start(settings.dataDirectory())).bootstrapServers()));
        List<AutoCloseable> last = List.copyOf(opened);
        // First of all: one that is not there is said in one sentence.
        var unused = Preparation.changeTopics(kafka, plan.forward()).cluster();
        SchemaStore schemas = opened(kafka.schemas(file));
        Ledger ledger = opened(ledger(kafka));
        requireNotCompleted(ledger);
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Ground ground = new Ground(settings, faults, member, kafka, schemas, registry);
        FlowRun forward = new FlowAssembly(plan.forward(), ground, onHalted).open();
        opened.addAll(forward.clients());
        Flows flows = new Flows(forward, () -> new FlowAssembly(plan.reverse(), ground, onHalted).open());
        Chronicle chronicle = opened(new Chronicle(ledger, member.name(), forward));
        Warden warden = opened(new Warden(plan, ground, flows, ledger, onHalted));
        Optional<MetricsServer> metrics = metrics(flows);
        return new Parts(flows, chronicle, warden, metrics, opened.subList(last.size(), opened.size()), last);
    }

    private Ledger ledger(KafkaAccess kafka) {
        LedgerTopic topic = new LedgerTopic(kafka.settings(), file.migration());
        topic.ensure((short) file.topics().replication());
        return new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC());
    }

    /** Before anything is created again that {@code switchback complete} has taken away. */
    private void requireNotCompleted(Ledger ledger) {
        if (ledger.read().settled() == Phase.COMPLETED) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "migration " + file.migration(),
                    "It is completed: part of what it needs has been taken away.",
                    "Go on with switchback complete; move tables again under another migration name."));
        }
    }

    private Optional<MetricsServer> metrics(Flows flows) {
        MigrationFile.Metrics metrics = file.metrics();
        return metrics.port() == 0
                ? Optional.empty()
                : Optional.of(opened(MetricsServer.start(
                        metrics.host(), metrics.port(), flows.forward().meters(), flows::health)));
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.add(part);
        return part;
    }

    static void closeAll(List<AutoCloseable> opened, RuntimeException because) {
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
            Flows flows,
            Chronicle chronicle,
            Warden warden,
            Optional<MetricsServer> metrics,
            List<AutoCloseable> clients,
            List<AutoCloseable> ground) {

        Parts {
            clients = List.copyOf(clients);
            ground = List.copyOf(ground);
        }
    }
}
