package dev.switchback.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresDestination;
import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.faults.FaultRun.Members;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.ApplyRole;
import dev.switchback.pipeline.topology.ApplySettings;
import dev.switchback.pipeline.topology.ApplyState;
import dev.switchback.pipeline.topology.BufferBounds;

/** A process with the role apply: {@code ApplyMain NAME STATIC|DYNAMIC STATE_DIRECTORY}. Prints what the tests wait for. */
final class ApplyMain {

    static final String RUNNING = "apply is RUNNING";
    static final String FLUSHED = "apply flushed";
    static final String HALTED = "apply is HALTED";

    private ApplyMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        String name = arguments[0];
        boolean keepsItsName = Members.valueOf(arguments[1]) == Members.STATIC;
        Plan plan = FaultMigration.inherited().plan();
        FaultPoints faults = FaultAt.inherited();
        CountDownLatch halted = new CountDownLatch(1);
        PostgresConnections connections =
                new PostgresConnections("destination", withUser(plan.file().destination(), name));
        try (SchemaStore schemas = FaultMigration.schemas(plan);
                Destination destination = Safeguard.inherited(new PostgresDestination(
                        connections,
                        dev.switchback.connectors.postgres.ApplySettings.DEFAULTS,
                        faults,
                        key -> "key of " + key.length + " bytes"));
                ApplyRole role = new ApplyRole(
                        new ApplySettings(
                                FaultMigration.FLOW,
                                ControlSchema.FIRST_EPOCH,
                                plan.mappings(),
                                FaultMigration.PARTITIONS,
                                FaultMigration.kafka(plan),
                                schemas,
                                destination,
                                1,
                                BufferBounds.DEFAULT,
                                10_000,
                                Path.of(arguments[2]),
                                keepsItsName ? Optional.of(name) : Optional.empty(),
                                faults),
                        new Printer(halted))) {
            role.start();
            Runtime.getRuntime().addShutdownHook(new Thread(role::close));
            halted.await();
        }
        System.exit(1);
    }

    /** A user of its own tells a member's sessions from those of others in the destination's views. */
    private static PostgresSettings withUser(PostgresSettings settings, String user) {
        return new PostgresSettings(
                settings.host(), settings.port(), settings.database(), user, user, settings.parameters());
    }

    private record Printer(CountDownLatch halted) implements ApplyListener {
        @Override
        public void flushed(int rows, List<Batch.Advance> advances, Duration took) {
            System.out.println(FLUSHED + " " + rows + " rows in " + took.toMillis() + " ms");
        }

        @Override
        public void stateChanged(ApplyState state) {
            System.out.println("apply is " + state.phase()
                    + state.problem().map(problem -> ": " + problem).orElse(""));
            if (state.phase() == ApplyState.Phase.HALTED) {
                halted.countDown();
            }
        }
    }
}
