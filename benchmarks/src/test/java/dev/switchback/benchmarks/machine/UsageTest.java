package dev.switchback.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

class UsageTest {

    @Test
    void whatAnEndedChildUsedBelongsToItsParent() throws Exception {
        // The shell waits for the inner one, whose time it thereby inherits, and then stays.
        Process shell = new ProcessBuilder(
                        "sh", "-c", "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; echo; read -r end")
                .start();
        Usage before = Usage.of(shell.pid());
        assertThat(shell.inputReader().readLine()).isEmpty();

        assertThat(Usage.of(shell.pid()).cpuSecondsSince(before)).isPositive();

        shell.outputWriter().close();
        assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aProcessThatIsGoneUsesNothing() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();

        assertThat(Usage.of(gone.pid())).isEqualTo(new Usage(0, 0, 0));
    }

    @Test
    void ofAJvmItTellsWhatItsCompilersTook() {
        long pid = ProcessHandle.current().pid();

        double compiling = Usage.compilerSeconds(pid);
        double all = Usage.of(pid).cpuSecondsSince(new Usage(0, 0, 0));
        assertThat(compiling).isPositive().isLessThan(all);
    }

    @Test
    void thisProcessHasMemory() {
        Usage usage = Usage.of(ProcessHandle.current().pid());

        assertThat(usage.peakKib()).isGreaterThan(1_000);
        assertThat(usage.anonymousKib()).isGreaterThan(1_000);
    }
}
