package dev.switchback.connectors.spi;

/** The destination stayed away for longer than a session retries. Nothing of the call took effect. */
public class DestinationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DestinationException(String message, Throwable cause) {
        super(message, cause);
    }
}
