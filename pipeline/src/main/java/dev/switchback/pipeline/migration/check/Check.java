package dev.switchback.pipeline.migration.check;

import java.util.List;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.operation.Parts;

/** A finding that may also have something to say that stands in nobody's way. */
public interface Check extends Parts.Finding {

    /** One sentence each about what the operator should know, for the direction that is to end. */
    default List<String> notices(Direction ends) {
        return List.of();
    }
}
