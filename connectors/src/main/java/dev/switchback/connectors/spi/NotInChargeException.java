package dev.switchback.connectors.spi;

/** The control row names another epoch or direction than the writer's: it may not write any more. */
public final class NotInChargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NotInChargeException(String message) {
        super(message);
    }
}
