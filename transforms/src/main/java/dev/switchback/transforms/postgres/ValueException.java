package dev.switchback.transforms.postgres;

/** A value for which PostgreSQL raises an error, or for which we cannot say what it would return. */
public final class ValueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ValueException(String message) {
        // The trace would cost more than the row, and the message says it all.
        super(message, null, false, false);
    }
}
