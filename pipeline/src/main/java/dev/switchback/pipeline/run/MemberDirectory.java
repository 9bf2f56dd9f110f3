package dev.switchback.pipeline.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.switchback.pipeline.broker.DirectoryLock;
import dev.switchback.pipeline.broker.WholeFile;
import dev.switchback.transforms.problem.ProblemException;

/**
 * What one process keeps on disk of its part in a migration: local state, and a name of its own that it has again at the
 * next start. Locked while it is open, so that no two processes take each other's name.
 *
 * @param name unique among the migration's processes
 */
record MemberDirectory(Path path, String name, DirectoryLock lock) implements AutoCloseable {

    /** @throws ProblemException when another process has it, or it cannot be written */
    static MemberDirectory open(RunSettings settings, String migration) {
        String roles = settings.roles().stream().map(Role::toString).sorted().collect(Collectors.joining("-"));
        Path path = settings.dataDirectory().resolve(migration).resolve(roles);
        DirectoryLock lock = DirectoryLock.of(path);
        try {
            return new MemberDirectory(path, name(path.resolve("member")), lock);
        } catch (IOException e) {
            lock.close();
            throw new UncheckedIOException(e);
        }
    }

    /** A name that is lost is another member: what this one had open would be waited for. */
    private static String name(Path file) throws IOException {
        String kept = Files.exists(file) ? Files.readString(file).trim() : "";
        if (!kept.isEmpty()) {
            return kept;
        }
        String name = host() + "-" + UUID.randomUUID().toString().substring(0, 8);
        WholeFile.write(file, name);
        return name;
    }

    private static String host() {
        try {
            // Kafka takes letters, digits, dots, dashes and underscores.
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "-");
        } catch (UnknownHostException e) {
            return "member";
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
