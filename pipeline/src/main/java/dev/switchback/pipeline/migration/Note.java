package dev.switchback.pipeline.migration;

import java.time.Duration;
import java.util.List;

/**
 * What a process of the migration observed. Needs no lease, and never keeps a decision from being taken: it is true
 * whatever else happened meanwhile.
 */
public sealed interface Note extends LedgerRecord {

    /**
     * A process has begun to run roles.
     *
     * @param member its name in the migration
     */
    record Started(String member, List<String> roles) implements Note {

        public Started {
            roles = List.copyOf(roles);
        }
    }

    /**
     * All rows that were there at the start are at the destination.
     *
     * @param rows how many, with what changed meanwhile
     * @param took since the process that says so was started; less than the whole where others began it
     */
    record Copied(long rows, Duration took) implements Note {}

    /**
     * Changes are applied as they come.
     *
     * @param lag how old the newest applied change was then
     */
    record Following(Duration lag) implements Note {}

    /**
     * A process has ended its roles.
     *
     * @param why the problem that ended it; empty where it was told to end
     */
    record Stopped(String member, String why) implements Note {}

    /** A postponed operation that has everything ready is to go on. */
    record Released() implements Note {}

    /** A postponed operation is to be undone. */
    record Aborted() implements Note {}

    /**
     * A process cannot do what the phase calls for, and goes on trying.
     *
     * @param why the problems, in words
     */
    record Hindered(String member, String why) implements Note {}
}
