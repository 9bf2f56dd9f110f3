package dev.switchback.pipeline.migration;

/** A decision does not count: somebody else decided first, or the lease is no longer the writer's. */
public final class OvertakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient MigrationState state;

    /** @param state where the migration stands now */
    public OvertakenException(String message, MigrationState state) {
        super(message);
        this.state = state;
    }

    /** Where the migration stands now. */
    public MigrationState state() {
        return state;
    }
}
