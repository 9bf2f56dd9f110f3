package dev.switchback.pipeline.run;

import java.util.Locale;

/** A part of a flow that can run as a deployment of its own. */
public enum Role {
    /** Reads the source's log. One member is active. */
    CAPTURE,
    /** Maps and applies. Members share the partitions. */
    APPLY;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
