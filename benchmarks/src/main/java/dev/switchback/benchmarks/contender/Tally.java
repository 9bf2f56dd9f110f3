package dev.switchback.benchmarks.contender;

import org.jspecify.annotations.Nullable;

/** What a contender has dealt with, where nothing arrives at the destination. Not thread-safe. */
public interface Tally {

    /** How many changes so far. */
    long changes();

    /** Where it has put them; null where it throws them away. */
    default @Nullable String topic() {
        return null;
    }

    /** What is wrong with what it did, once it has got there, for people; empty if nothing is. */
    default String wrong(long expected) {
        long seen = changes();
        return seen == expected ? "" : "saw " + seen + " changes of " + expected;
    }
}
