package dev.switchback.connectors.avro;

import org.jspecify.annotations.Nullable;

/** Bytes that are not a change, a key or a watermark as Switchback writes them. Trying again gives the same result. */
public final class UndecodableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UndecodableException(String message) {
        super(message);
    }

    public UndecodableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
