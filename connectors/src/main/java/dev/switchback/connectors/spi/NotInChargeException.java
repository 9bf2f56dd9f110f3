package dev.switchback.connectors.spi;

/** The control row is not what the writer's right rests on: it may not write any more. */
public final class NotInChargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NotInChargeException(String message) {
        super(message);
    }
}
