package dev.switchback.transforms.mapping;

/** A change that a mapping cannot turn into mutations. The message says which column, and why. */
public class UnmappableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnmappableException(String message) {
        super(message);
    }
}
