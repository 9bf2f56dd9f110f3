package dev.switchback.benchmarks.contender;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import dev.switchback.benchmarks.child.CaptureChild;
import dev.switchback.benchmarks.child.PipelineChild;
import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Workload;
import dev.switchback.platform.Await;

/** Switchback, as a migration file without any tuning runs it. */
public final class Switchback implements Contender {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Part part;
    private final SwitchbackFlow flow;
    private final int members;
    private final boolean ours;

    private Switchback(Part part, SwitchbackFlow flow) {
        this(part, flow, 1, true);
    }

    private Switchback(Part part, SwitchbackFlow flow, int members, boolean ours) {
        this.part = part;
        this.flow = flow;
        this.members = members;
        this.ours = ours;
    }

    /** Which part of it takes part. */
    private enum Part {
        CAPTURE,
        APPLY,
        WHOLE
    }

    /** From the log to the change topics. */
    public static Switchback capture(SwitchbackFlow flow) {
        return new Switchback(Part.CAPTURE, flow);
    }

    /** From the change topics to the destination. */
    public static Switchback apply(SwitchbackFlow flow) {
        return new Switchback(Part.APPLY, flow);
    }

    /** The same by so many processes, beside what a scenario is about. */
    public static Switchback members(SwitchbackFlow flow, int members) {
        return new Switchback(Part.APPLY, flow, members, false);
    }

    /** From the log to the destination, in one process. */
    public static Switchback whole(SwitchbackFlow flow) {
        return new Switchback(Part.WHOLE, flow);
    }

    @Override
    public String name() {
        return ours ? "Switchback" : "Switchback, " + members + " members";
    }

    @Override
    public boolean ours() {
        return ours;
    }

    @Override
    public String settings() {
        return "all by default";
    }

    @Override
    public void prepare(Stage stage) {
        if (part == Part.APPLY) {
            flow.fill();
        }
    }

    @Override
    public Running start(Stage stage, String run) {
        String data = stage.directory().resolve("switchback-" + run).toString();
        return switch (part) {
            case CAPTURE -> startCapture(stage, data);
            case APPLY -> startApply(stage, data);
            case WHOLE -> startWhole(stage, data);
        };
    }

    private Running startCapture(Stage stage, String data) {
        flow.reset();
        JavaChild child = child(stage, "capture", CaptureChild.class);
        Tally committed = new Tally() {
            @Override
            public long changes() {
                return child.count("changes");
            }

            @Override
            public String topic() {
                return flow.topic();
            }

            @Override
            public String wrong(long expected) {
                String wrong = flow.wrong(expected);
                return wrong.isEmpty() ? applied(stage, data) : wrong;
            }
        };
        return new Running(List.of(child), committed, flow::dropSlot);
    }

    /** What is different at the destination once all that capture wrote has been applied. */
    private String applied(Stage stage, String data) {
        // It is capture's profile that is asked for.
        stage.record(null);
        try (Running apply = startApply(stage, data)) {
            Await.until(
                    "what capture wrote to be applied",
                    PATIENCE,
                    () -> !apply.isAlive() || stage.hasArrived(Workload.END));
            apply.requireAlive();
            return stage.differences();
        }
    }

    private Running startApply(Stage stage, String data) {
        flow.forgetApplied();
        List<JavaChild> children = IntStream.rangeClosed(1, members)
                .mapToObj(member -> child(
                        stage,
                        members == 1 ? "apply" : "apply " + member,
                        PipelineChild.class,
                        data + "-" + member,
                        "APPLY"))
                .toList();
        return new Running(children, null, flow::dropFence);
    }

    private Running startWhole(Stage stage, String data) {
        flow.reset();
        JavaChild child = child(stage, "switchback", PipelineChild.class, data, "CAPTURE", "APPLY");
        return new Running(List.of(child), null, () -> {
            flow.dropFence();
            flow.dropSlot();
        });
    }

    private static JavaChild child(Stage stage, String name, Class<?> main, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = SwitchbackFlow.file(stage).toString();
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return stage.start(JavaChild.Command.of(name, main, all));
    }
}
