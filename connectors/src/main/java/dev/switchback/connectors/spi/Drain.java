package dev.switchback.connectors.spi;

/** Tells how far a flow's destination has got. Thread-safe. */
public interface Drain {

    /**
     * Whether every partition of every change topic of the flow is applied up to this watermark, or to a later one.
     *
     * @param watermark a watermark's id, see {@link dev.switchback.transforms.change.Watermark#id()}
     * @throws DestinationException when the destination does not answer; asking again later may help
     */
    boolean applied(long watermark);
}
