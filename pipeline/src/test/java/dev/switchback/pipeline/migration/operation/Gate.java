package dev.switchback.pipeline.migration.operation;

import java.util.function.Supplier;

/** What every call of one operator to the world passes, before its effect and behind it. */
interface Gate {

    Gate OPEN = new Gate() {};

    /** The operator's process is gone: nothing of it runs any more, not even its handling of failures. */
    final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** @param number how many calls the operator has made before this one */
    default void before(int number, String call) {}

    default void behind(int number, String call) {}

    /** A call to the ledger that appends; may lose the record, or its answer. */
    default <T> T append(int number, Supplier<T> append) {
        return append.get();
    }
}
