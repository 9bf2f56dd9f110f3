package dev.switchback.benchmarks;

import java.util.function.BooleanSupplier;

import dev.switchback.benchmarks.contender.Running;

/** Somebody who has copied many tables, and goes on behind a backlog when started. Not thread-safe. */
interface Follower extends AutoCloseable {

    /** Goes on, until what is returned is closed. */
    Running start();

    /** Puts a mark at the end of the source's log; the answer is whether everything in front of it is applied. */
    BooleanSupplier mark();

    @Override
    void close();
}
