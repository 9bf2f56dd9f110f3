package dev.switchback.connectors.debezium;

import java.util.List;

import dev.switchback.connectors.debezium.ChangeLog.HaltPlace;

/**
 * Where a run of capture begins.
 *
 * @param offset the stored offset; for a run that begins with a snapshot, what is stored while that lasts
 * @param tables the captured tables as they were when their capture began
 * @param haltPlace where it must end again
 */
record Beginning(StoredOffset offset, List<CapturedTable> tables, HaltPlace haltPlace) {

    /** Whether it goes on where another ended; if not, it begins with a snapshot. */
    boolean resumes() {
        return offset.snapshotDone();
    }
}
