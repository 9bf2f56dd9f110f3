package dev.switchback.connectors.spi;

import java.util.Locale;

/** Which way a flow carries changes. */
public enum Direction {
    /** From source to destination. */
    FORWARD,
    /** From destination to source. */
    REVERSE;

    /** As it stands in topic names and control rows. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
