package dev.switchback.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    /** Prints a growing number for ever. */
    static final class Counter {
        public static void main(String[] arguments) throws InterruptedException {
            for (int i = 0; ; i++) {
                System.out.println(arguments[0] + " " + i);
                Thread.sleep(5);
            }
        }
    }

    /** Starts a counter in a process of its own and tells its pid. */
    static final class Parent {
        public static void main(String[] arguments) {
            ChildProcess child = ChildProcess.start(
                    ChildProcess.Command.of("grandchild", Counter.class, "x"), Path.of(arguments[0]));
            System.out.println("pid=" + child.pid() + ";");
            child.awaitExit(Duration.ofDays(1));
        }
    }

    @Test
    void aFrozenChildDoesNothingUntilItIsThawed() {
        try (ChildProcess child =
                ChildProcess.start(ChildProcess.Command.of("counter", Counter.class, "hello"), directory)) {
            child.awaitOutput("hello 10", TIMEOUT);
            child.freeze();
            String frozen = settled(child);
            assertThat(child.isAlive()).isTrue();
            child.thaw();
            Await.until("more output", TIMEOUT, () -> !child.output().equals(frozen));
            child.kill();
            assertThat(child.awaitExit(TIMEOUT)).isEqualTo(137);
        }
    }

    @Test
    void aChildDiesWithItsParent() {
        ChildProcess parent =
                ChildProcess.start(ChildProcess.Command.of("parent", Parent.class, directory.toString()), directory);
        parent.awaitOutput(";", TIMEOUT);
        long pid = Long.parseLong(parent.output().replaceAll("(?s).*pid=(\\d+);.*", "$1"));
        parent.kill();
        Await.until("the grandchild to end", TIMEOUT, () -> ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isEmpty());
    }

    @Test
    void aScratchDirectoryGoesWithAKilledProcess() {
        ChildProcess child = ChildProcess.start(ChildProcess.Command.of("owner", Owner.class), directory);
        child.awaitOutput(";", TIMEOUT);
        Path scratch = Path.of(child.output().replaceAll("(?s).*path=(.*?);.*", "$1"));
        long postgres = Long.parseLong(child.output().replaceAll("(?s).*postgres=(\\d+).*", "$1"));
        assertThat(scratch).exists();
        child.kill();
        Await.until("the scratch directory to be removed", TIMEOUT, () -> !Files.exists(scratch));
        assertThat(ProcessHandle.of(postgres).flatMap(process -> process.info().command()))
                .isEmpty();
    }

    /** Runs a server in a scratch directory and tells both. */
    static final class Owner {
        public static void main(String[] arguments) throws Exception {
            ScratchDirectory scratch = ScratchDirectory.create("switchback-test-");
            EmbeddedDatabase.create(scratch.path().resolve("db"), "shop", java.util.Map.of());
            String pid = Files.readAllLines(scratch.path().resolve("db").resolve("postmaster.pid"))
                    .get(0);
            System.out.println("postgres=" + pid + " path=" + scratch.path() + ";");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    // A line may still have been on its way when the process was stopped.
    private static String settled(ChildProcess child) {
        String[] last = {child.output()};
        Await.until("the output to stand still", TIMEOUT, () -> {
            String now = child.output();
            Thread.sleep(100);
            last[0] = child.output();
            return last[0].equals(now);
        });
        return last[0];
    }
}
