package dev.switchback.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A temporary directory that does not outlive this JVM, and neither do the PostgreSQL servers whose data directories lie
 * directly in it. When the JVM ends without {@link #close}, be it by {@code kill -9}, a small shell that waits for that
 * stops the servers and removes the directory.
 */
public final class ScratchDirectory implements AutoCloseable {

    // Ends quietly on a line of input; on end of input, the JVM is gone. Signals that a terminal sends to everybody in
    // the foreground must not end it before that.
    private static final String REAPER =
            """
            trap '' INT TERM HUP
            read -r released && exit 0
            pids="$(for file in "$1"/*/postmaster.pid; do [ -f "$file" ] && head -n 1 "$file"; done)"
            for pid in $pids; do kill -QUIT "$pid"; done
            tries=0
            for pid in $pids; do
                while kill -0 "$pid" 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
                kill -KILL "$pid" 2>/dev/null
            done
            rm -rf "$1"
            """;

    private final Path path;
    private final Process reaper;

    private ScratchDirectory(Path path, Process reaper) {
        this.path = path;
        this.reaper = reaper;
    }

    /** Creates an empty directory whose name begins with the prefix. */
    public static ScratchDirectory create(String prefix) {
        try {
            Path path = Files.createTempDirectory(prefix);
            // A server started by root runs as another user, who has to pass through.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
            Process reaper = new ProcessBuilder("sh", "-c", REAPER, "reaper", path.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new ScratchDirectory(path, reaper);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path path() {
        return path;
    }

    /** Removes the directory. Servers in it have to be stopped before. */
    @Override
    public void close() {
        delete(path);
        try (var input = reaper.outputWriter()) {
            input.write("released\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a file or a directory with all it holds; what somebody else removes meanwhile is no error. */
    static void delete(Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            delete(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
