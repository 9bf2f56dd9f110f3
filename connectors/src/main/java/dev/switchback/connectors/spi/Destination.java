package dev.switchback.connectors.spi;

/** A database that mutations are applied to. Thread-safe. */
public interface Destination extends AutoCloseable {

    /**
     * Opens a session for one stream thread of a flow, under the mandate that the control row gives it now.
     *
     * @throws DestinationException when the destination does not answer
     */
    ApplySession open(Flow flow);

    /**
     * Ends the waiting of all its sessions for a destination that stays away: their calls fail with {@link
     * DestinationException} at the next pause, so that the threads in them can end. Open sessions remain to be closed.
     */
    @Override
    default void close() {}
}
