package dev.switchback.pipeline.run;

import java.nio.file.Path;
import java.util.Set;

import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * How one process takes part in a migration.
 *
 * @param dataDirectory where the embedded broker and local state live
 * @param roles what this process does
 */
public record RunSettings(Path dataDirectory, Set<Role> roles) {

    public RunSettings {
        roles = Set.copyOf(roles);
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("a process without a role has nothing to do");
        }
    }

    /** Every role, as a process without a replicated Kafka must have them. */
    public static RunSettings everything(Path dataDirectory) {
        return new RunSettings(dataDirectory, Set.of(Role.values()));
    }

    /** @throws ProblemException when the migration, as its file declares it, cannot be run like this */
    public void requireFor(MigrationFile file) {
        if (file.kafka().isEmpty() && !roles.equals(Set.of(Role.values()))) {
            throw new ProblemException(new Problem(
                    Problem.Kind.BAD_INPUT,
                    "migration " + file.migration(),
                    "The embedded broker serves one process, so that roles cannot run apart.",
                    "Declare kafka: in the migration file, or leave --roles out."));
        }
    }
}
