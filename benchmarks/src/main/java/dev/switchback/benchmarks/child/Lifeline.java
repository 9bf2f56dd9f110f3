package dev.switchback.benchmarks.child;

import java.io.IOException;

/** Ends this JVM together with the one that started it, and tells that one how far this one is. */
final class Lifeline {

    private Lifeline() {}

    /** Watches standard input, a pipe from the parent: it ends when the parent does, however that ends. */
    static void hold() {
        Thread watch = new Thread(Lifeline::endWithParent, "lifeline");
        watch.setDaemon(true);
        watch.start();
    }

    /** Tells the parent. */
    @SuppressWarnings("SystemOut")
    static void announce(String what, Object value) {
        System.out.println("@" + what + " " + value);
        System.out.flush();
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Whatever the parent writes is of no interest.
            }
        } catch (IOException e) {
            // The pipe is gone as well.
        }
        Runtime.getRuntime().halt(1);
    }
}
