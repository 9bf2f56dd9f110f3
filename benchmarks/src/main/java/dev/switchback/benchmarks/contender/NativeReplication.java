package dev.switchback.benchmarks.contender;

import java.util.List;

import dev.switchback.benchmarks.stage.Stage;

/** PostgreSQL's own logical replication: what moves rows between two PostgreSQL servers with nothing in between. */
public final class NativeReplication implements Contender {

    @Override
    public String name() {
        return "native logical replication";
    }

    @Override
    public String settings() {
        return "CREATE PUBLICATION, CREATE SUBSCRIPTION WITH (binary, copy_data = false), all else by default: one apply"
                + " worker with synchronous_commit = off";
    }

    @Override
    public Running start(Stage stage, String run) {
        stage.createSlot(run);
        stage.destination()
                .execute("CREATE SUBSCRIPTION " + run + " CONNECTION '" + stage.sourceConnection() + "' PUBLICATION "
                        + Stage.PUBLICATION + " WITH (create_slot = false, slot_name = '" + run
                        + "', copy_data = false, binary = true)");
        return new Running(List.of(), null, () -> {
            stage.destination()
                    .execute(
                            "ALTER SUBSCRIPTION " + run + " DISABLE",
                            "ALTER SUBSCRIPTION " + run + " SET (slot_name = NONE)",
                            "DROP SUBSCRIPTION " + run);
            stage.dropSlot(run);
        });
    }
}
