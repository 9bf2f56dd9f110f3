package dev.switchback.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresDestination;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.faults.Roles.Members;
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

    private static final String ROWS = "faults.rows";

    private ApplyMain() {}

    /** For a child process, which reads it with {@link #bounds}: it writes as soon as it has this many rows. */
    static Map<String, String> rows(int rows) {
        return Map.of(ROWS, Integer.toString(rows));
    }

    static BufferBounds bounds() {
        BufferBounds usual = BufferBounds.DEFAULT;
        return new BufferBounds(Integer.getInteger(ROWS, usual.rows()), usual.bytes(), usual.age());
    }

    public static void main(String[] arguments) throws InterruptedException {
        String name = arguments[0];
        boolean keepsItsName = Members.valueOf(arguments[1]) == Members.STATIC;
        Plan plan = FaultMigration.inheritedPlan(HALTED);
        FaultPoints faults = FaultAt.inherited();
        CountDownLatch halted = new CountDownLatch(1);
        PostgresConnections connections = FaultMigration.destination(plan, name);
        try (SchemaStore schemas = FaultMigration.schemas(plan);
                Destination destination = Safeguard.inherited(new PostgresDestination(
                        connections,
                        dev.switchback.connectors.postgres.ApplySettings.DEFAULTS,
                        faults,
                        change -> "key of " + change.key().length + " bytes"));
                ApplyRole role = new ApplyRole(
                        new ApplySettings(
                                FaultMigration.FLOW,
                                plan.mappings(),
                                plan.joins(),
                                FaultMigration.PARTITIONS,
                                FaultMigration.kafka(plan),
                                schemas,
                                destination,
                                1,
                                bounds(),
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
