package dev.switchback.pipeline.migration.check;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.switchback.connectors.postgres.ApplyPrivileges;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.transforms.problem.Problem;

/** Whether the flow that begins may write where it will apply: on the side that is to be left. */
public final class PrivilegeCheck implements Check {

    private final Map<Side, ApplyPrivileges> privileges;

    public PrivilegeCheck(Map<Side, ApplyPrivileges> privileges) {
        this.privileges = Map.copyOf(privileges);
    }

    @Override
    public String subject() {
        return "privileges that the way back lacks";
    }

    @Override
    public List<Problem> problems(Direction ends) {
        return Attempt.of(() -> Objects.requireNonNull(privileges.get(Side.readBy(ends)))
                .check()
                .problems());
    }
}
