package dev.switchback.connectors.spi;

/**
 * What the control row of a flow's destination lets the flow do.
 *
 * @param applies whether its direction is the one that applies; if not, it stands by: it moves its checkpoints and writes
 *     no row
 * @param behind the watermark behind which it applies: what comes before that in a partition it passes over, since it is
 *     the echo of what the other direction wrote; 0 where everything counts
 */
public record Mandate(boolean applies, long behind) {

    /** Of a migration that was never turned round. */
    public static final Mandate FROM_THE_START = new Mandate(true, 0);

    /** Whether a change counts that comes behind this watermark in its partition, and behind no later one. */
    public boolean covers(long watermark) {
        return applies && watermark >= behind;
    }
}
