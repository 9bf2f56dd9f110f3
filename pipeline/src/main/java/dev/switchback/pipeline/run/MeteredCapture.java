package dev.switchback.pipeline.run;

import java.time.Duration;
import java.util.List;

import dev.switchback.connectors.debezium.CaptureListener;
import dev.switchback.pipeline.metrics.Meters;
import dev.switchback.transforms.problem.Problem;

/** Counts what capture does, and passes on that it has halted. */
record MeteredCapture(Meters meters, Runnable onHalted) implements CaptureListener {

    @Override
    public void committed(Committed batch) {
        meters.captured(batch.rowsRead(), batch.changes(), batch.bytes());
    }

    @Override
    public void restarting(String reason, Duration pause) {
        meters.captureRestarted();
    }

    @Override
    public void halted(List<Problem> problems) {
        onHalted.run();
    }
}
