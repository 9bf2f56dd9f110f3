package dev.switchback.pipeline.migration;

import java.util.Locale;

/** Where a migration stands, as its ledger says. */
public enum Phase {
    /** Nothing has run yet. */
    PLANNED,
    /** The rows that were there at the start are being copied. */
    BACKFILLING,
    /** FORWARD applies every change of the source. */
    FOLLOWING,
    /** An operation has everything ready short of the fence. */
    ARMED,
    /** A fence is closed, or may be: nobody may write. */
    FENCED,
    /** Behind the fence all is applied. */
    DRAINED,
    /** The destination is the source of truth, and REVERSE follows. */
    SWITCHED,
    /** The source is the source of truth again, and FORWARD follows. */
    REVERTED,
    /** The migration is over: there is no way back. */
    COMPLETED;

    /** As people write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
