package dev.switchback.pipeline.run;

import java.time.Duration;
import java.util.List;

import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.pipeline.metrics.Meters;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.ApplyState;

/** Counts what apply does, and passes on that it has halted. */
record MeteredApply(Meters meters, Runnable onHalted) implements ApplyListener {

    @Override
    public void flushed(int rows, List<Batch.Advance> advances, Duration took) {
        meters.flushed(rows, took);
    }

    @Override
    public void lag(long millis) {
        meters.arrived(millis);
    }

    @Override
    public void held(List<HeldChange> changes) {
        meters.newlyHeld(changes.size());
    }

    @Override
    public void rebalancing() {
        meters.rebalanced();
    }

    @Override
    public void stateChanged(ApplyState state) {
        if (state.phase() == ApplyState.Phase.HALTED) {
            onHalted.run();
        }
    }
}
