package dev.switchback.pipeline.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Keeps a data directory to one process. The operating system drops the lock when the process ends, however it ends;
 * the file stays and tells the next one who holds, or held, it.
 */
public final class DirectoryLock implements AutoCloseable {

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the directory, creating it where it is missing.
     *
     * @throws ProblemException when another process, or another broker of this one, holds it, or it cannot be written
     */
    public static DirectoryLock of(Path directory) {
        Path file = directory.resolve("lock");
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new ProblemException(heldByAnother(directory, file));
            }
            sign(channel);
            return new DirectoryLock(channel);
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            "data directory " + directory,
                            "It cannot be written (" + e.getMessage() + ").",
                            "Give this user the right to write there, or name another directory with --data."),
                    e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void sign(FileChannel channel) throws IOException {
        String signature = "process " + ProcessHandle.current().pid() + ", since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS);
        channel.truncate(0).write(ByteBuffer.wrap(signature.getBytes(StandardCharsets.UTF_8)));
    }

    private static Problem heldByAnother(Path directory, Path file) throws IOException {
        return new Problem(
                Problem.Kind.REFUSED,
                "data directory " + directory,
                "Another Switchback runs in it (" + Files.readString(file) + ").",
                "Stop that one first, or give this one a directory of its own with --data.");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
