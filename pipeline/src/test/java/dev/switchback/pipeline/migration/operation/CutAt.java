package dev.switchback.pipeline.migration.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import dev.switchback.pipeline.migration.InDoubtException;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Cuts Kafka off from one of the operator's appends on, for good. */
final class CutAt implements Gate {

    /** What becomes of the record that was under way. */
    enum Fate {
        LOST,
        LANDED,
        LATE
    }

    private final int append;
    private final Fate fate;
    private final List<Runnable> late = new ArrayList<>();
    private int appends;
    private boolean cut;

    CutAt(int append, Fate fate) {
        this.append = append;
        this.fate = fate;
    }

    boolean cut() {
        return cut;
    }

    @Override
    public void before(int number, String call) {
        if (cut && call.endsWith("ledger")) {
            throw new ProblemException(new Problem(Problem.Kind.UNREACHABLE, "ledger", "It does not answer.", "Wait."));
        }
    }

    @Override
    public <T> T append(int number, Supplier<T> record) {
        if (cut) {
            throw new InDoubtException("cut off", new IllegalStateException());
        }
        if (appends++ < append) {
            return record.get();
        }
        if (fate == Fate.LANDED) {
            var unused = record.get();
        } else if (fate == Fate.LATE) {
            late.add(() -> {
                var unused = record.get();
            });
        }
        cut = true;
        throw new InDoubtException("cut off", new IllegalStateException());
    }

    /** What was on its way arrives. */
    void arriveLate() {
        late.forEach(Runnable::run);
        late.clear();
    }
}
