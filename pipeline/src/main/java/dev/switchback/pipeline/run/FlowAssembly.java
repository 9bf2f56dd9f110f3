package dev.switchback.pipeline.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.switchback.connectors.debezium.Capture;
import dev.switchback.connectors.debezium.CaptureSettings;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresDestination;
import dev.switchback.connectors.postgres.PostgresDrain;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.metrics.Meters;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.pipeline.status.Backlog;
import dev.switchback.pipeline.status.StatusReader;
import dev.switchback.pipeline.topology.ApplyRole;
import dev.switchback.pipeline.topology.ApplySettings;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.pipeline.topology.SourceRowNames;
import dev.switchback.transforms.problem.ProblemException;

/** Puts one flow's parts together, in the order in which they need each other. Used once, by one thread. */
final class FlowAssembly {

    private final FlowPlan plan;
    private final MigrationFile file;
    private final Ground ground;
    private final Runnable onHalted;
    private final PostgresConnections from;
    private final PostgresConnections to;
    private final Meters meters;
    private final List<AutoCloseable> opened = new ArrayList<>();

    /** @param onHalted told when a role of the flow has halted */
    FlowAssembly(FlowPlan plan, Ground ground, Runnable onHalted) {
        this.plan = plan;
        this.file = plan.file();
        this.ground = ground;
        this.onHalted = onHalted;
        this.from = plan.from();
        this.to = plan.to();
        this.meters = new Meters(ground.registry(), plan.flow());
    }

    /** @throws ProblemException when a part cannot be had; nothing stays open */
    FlowRun open() {
        try {
            return opening();
        } catch (RuntimeException e) {
            Assembly.closeAll(opened, e);
            throw e;
        }
    }

    private FlowRun opening() {
        Preparation preparation = new Preparation(plan);
        preparation.control(ground.kafka());
        List<InputPartition> inputs = preparation.topics(ground.kafka());
        if (ground.settings().roles().contains(Role.CAPTURE)) {
            preparation.publication();
        }
        PostgresDrain drain = opened(new PostgresDrain(to, plan.flow(), () -> inputs));
        PostgresDestination target = new PostgresDestination(
                to,
                dev.switchback.connectors.postgres.ApplySettings.DEFAULTS,
                ground.faults(),
                SourceRowNames.of(ground.schemas()));
        Roles roles = new Roles(
                plan.flow().direction(),
                role(Role.CAPTURE, () -> capture(drain)),
                role(Role.APPLY, () -> apply(target)));
        Observation observation = observation(roles);
        return new FlowRun(
                plan,
                roles,
                meters,
                target,
                drain,
                observation,
                new Drainage(from, file.migration(), drain),
                new Remainder(plan.flow(), backlogTopics(), to, this::backlog),
                opened);
    }

    private Capture capture(PostgresDrain drain) {
        CaptureSettings.Tuning tuning = CaptureSettings.Tuning.DEFAULT;
        CaptureSettings capture = new CaptureSettings(
                plan.flow(),
                from,
                plan.captured().stream().map(PostgresTable::schema).toList(),
                plan.wholeOldRows(),
                plan.routes(),
                ground.kafka().settings(),
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
        return new Capture(capture, ground.schemas(), drain, new MeteredCapture(meters, onHalted), ground.faults());
    }

    private ApplyRole apply(PostgresDestination target) {
        MigrationFile.Apply tuning = file.apply();
        ApplySettings apply = new ApplySettings(
                plan.flow(),
                plan.mappings(),
                plan.joins(),
                file.topics().partitions(),
                ground.kafka().settings(),
                ground.schemas(),
                target,
                tuning.threads(),
                new BufferBounds(tuning.rows(), tuning.bytes().bytes(), tuning.age()),
                tuning.heldLimit(),
                ground.member().path().resolve("streams"),
                Optional.of(ground.member().name()),
                ground.faults());
        return new ApplyRole(apply, new MeteredApply(meters, onHalted));
    }

    private Observation observation(Roles roles) {
        StatusReader reader = new StatusReader(file, plan.flow(), from, to, this::backlog);
        Optional<SourcePulse> pulse =
                roles.capture().map(capture -> new SourcePulse(from, file.migration(), roles::capturedLsn));
        return opened(new Observation(plan.flow(), ground.member().name(), roles, meters, reader, pulse, to));
    }

    private Backlog backlog() {
        return new Backlog(ground.kafka().settings(), ground.schemas());
    }

    private Backlog.Topics backlogTopics() {
        return new Backlog.Topics(
                plan.flow().applicationId(),
                Stream.concat(plan.appliedTopics().stream(), plan.joins().topics().stream())
                        .distinct()
                        .toList(),
                List.of());
    }

    private <T> Optional<T> role(Role role, Supplier<T> open) {
        return ground.settings().roles().contains(role) ? Optional.of(open.get()) : Optional.empty();
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.add(part);
        return part;
    }
}
