package dev.switchback.benchmarks.child;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Ends this JVM together with the one that started it, and tells that one how far this one is. */
final class Lifeline {

    /** The parent's end of the pipe is closed, too, when the parent asks for an orderly end; that must not take longer. */
    private static final long GRACE_SECONDS = 15;

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
        try {
            TimeUnit.SECONDS.sleep(GRACE_SECONDS);
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; if somebody did, the end would only come sooner.
        }
        Runtime.getRuntime().halt(1);
    }
}
