package dev.switchback.benchmarks.contender;

import java.util.List;

import dev.switchback.benchmarks.child.BulkChild;
import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.stage.Stage;

/** What the destination can take: apply's own statements over two connections, with nothing to do beside them. */
public final class BulkSql implements Contender {

    private static final int CONNECTIONS = 2;
    private static final String HEAP = "-Xmx6g";

    private final SwitchbackFlow flow;

    /** @param flow whose changes it writes */
    public BulkSql(SwitchbackFlow flow) {
        this.flow = flow;
    }

    @Override
    public String name() {
        return "bulk SQL from memory, " + CONNECTIONS + " connections";
    }

    @Override
    public String settings() {
        return "no tool, but a bound: Switchback's statements and batches, all made and held in memory before the clock"
                + " begins; "
                + HEAP;
    }

    @Override
    public void prepare(Stage stage) {
        flow.fill();
    }

    @Override
    public Running start(Stage stage, String run) {
        flow.forgetApplied();
        JavaChild child = stage.start(JavaChild.Command.of(
                        "bulk",
                        BulkChild.class,
                        SwitchbackFlow.file(stage).toString(),
                        flow.topicId(),
                        Integer.toString(CONNECTIONS))
                .withOptions(List.of(HEAP)));
        return new Running(List.of(child), null, flow::dropFence);
    }
}
