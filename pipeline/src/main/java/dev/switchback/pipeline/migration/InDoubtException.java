package dev.switchback.pipeline.migration;

/**
 * Kafka has not said whether it has a record. It may be in the ledger, or still come to be in it: until somebody of a
 * higher epoch has decided something and read that back, nobody knows.
 */
public final class InDoubtException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public InDoubtException(String message, Throwable cause) {
        super(message, cause);
    }
}
