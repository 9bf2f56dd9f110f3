package dev.switchback.pipeline.run;

import java.nio.file.Path;
import java.util.Set;

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
}
