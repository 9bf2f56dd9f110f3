package dev.switchback.connectors.spi;

/**
 * The destination's own record of how far one input partition is applied.
 *
 * @param nextOffset the offset behind the last applied record; 0 where nothing has been applied
 * @param watermark the id of the last watermark that was applied; 0 where none has been
 */
public record Checkpoint(long nextOffset, long watermark) {

    public static final Checkpoint START = new Checkpoint(0, 0);
}
