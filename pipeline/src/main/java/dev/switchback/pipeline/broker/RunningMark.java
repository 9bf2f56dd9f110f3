package dev.switchback.pipeline.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A file that stands in the data directory while a broker runs there, and says on which boot of the machine. Found at a
 * start, it tells how the broker before it ended: with its process alone, which loses nothing, or with the machine, whose
 * page cache may have held what was acknowledged. Each topic may then end at another moment, and no look at the topics
 * themselves can rule out that a change is missing.
 */
final class RunningMark {

    private final Path file;

    private RunningMark(Path file) {
        this.file = file;
    }

    /**
     * Sets the mark, on the disk itself.
     *
     * @throws ProblemException when a broker that ran here has gone down with the machine
     */
    static RunningMark set(Path dataDirectory, String boot) {
        Path file = dataDirectory.resolve("kafka-running");
        try {
            if (!Files.exists(file)) {
                WholeFile.write(file, boot);
            } else if (!Files.readString(file).equals(boot)) {
                throw new ProblemException(wentDown(dataDirectory, file));
            }
            return new RunningMark(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Problem wentDown(Path dataDirectory, Path file) {
        return new Problem(
                Problem.Kind.REFUSED,
                "data directory " + dataDirectory,
                "The machine went down while the embedded broker ran here, or this directory was brought from another"
                        + " machine: changes that were captured may not have reached the disk. Nothing was done.",
                "Copy the tables again under a new migration name, in another data directory. (If the process had been"
                        + " killed before, and the machine was shut down in order only later, nothing is lost: remove "
                        + file + " and start again.)");
    }

    /** To be called when all is on the disk. */
    void clear() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
