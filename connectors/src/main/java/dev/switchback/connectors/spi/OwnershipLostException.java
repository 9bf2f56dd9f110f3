package dev.switchback.connectors.spi;

/** Another member has taken a partition over, or moved its checkpoint. Whatever this one buffered must be discarded. */
public final class OwnershipLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public OwnershipLostException(String message) {
        super(message);
    }
}
