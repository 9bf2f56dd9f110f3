package dev.switchback.connectors.spi;

/** A database that mutations are applied to. Thread-safe. */
public interface Destination {

    /**
     * Opens a session for one stream thread of a flow.
     *
     * @param epoch the operator epoch under which it may write; under any other the control row refuses it
     * @throws DestinationException when the destination does not answer
     */
    ApplySession open(Flow flow, long epoch);
}
