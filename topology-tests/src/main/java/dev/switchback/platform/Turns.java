package dev.switchback.platform;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How acknowledged writes went from one database to the other, as the writers saw it. Thread-safe. */
public final class Turns {

    private final List<Turn> turns = new ArrayList<>();
    private int side = -1;
    private long last;

    /**
     * The writes went over.
     *
     * @param to the number of the database that takes them now
     * @param pause from the last acknowledged write at the one to the first acknowledged at the other
     */
    public record Turn(int to, Duration pause) {}

    synchronized void acknowledged(int at, long nanos) {
        if (side >= 0 && at != side) {
            turns.add(new Turn(at, Duration.ofNanos(nanos - last)));
        }
        side = at;
        last = nanos;
    }

    synchronized List<Turn> list() {
        return List.copyOf(turns);
    }
}
