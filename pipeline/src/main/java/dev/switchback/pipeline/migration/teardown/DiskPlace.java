package dev.switchback.pipeline.migration.teardown;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** The directory in which this machine's processes keep local state of the migration. */
record DiskPlace(Path directory) implements Place {

    @Override
    public List<Thing> things() {
        return Files.isDirectory(directory)
                ? List.of(
                        new Thing("this machine", "directory", directory.toString(), "local state and members' names"))
                : List.of();
    }

    @Override
    public void remove(Thing thing) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            thing.toString(),
                            "It cannot be deleted: " + e.getMessage() + ".",
                            "Delete it by hand."),
                    e);
        }
    }
}
