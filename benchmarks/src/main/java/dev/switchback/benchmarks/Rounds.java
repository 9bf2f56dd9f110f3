package dev.switchback.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Rounds of runs, in each of which everybody has a turn, and each of which another begins: A B C, B C A, C A B.
 *
 * @param step asked before each
 */
record Rounds(int count, Step step) {

    interface Turn<T> {
        void of(T who) throws InterruptedException;
    }

    <T> void play(List<T> all, Turn<T> turn) throws InterruptedException {
        List<T> order = new ArrayList<>(all);
        for (int i = 0; i < count; i++) {
            step.await();
            for (T who : order) {
                turn.of(who);
            }
            Collections.rotate(order, -1);
        }
    }
}
