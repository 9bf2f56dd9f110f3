package dev.switchback.pipeline.topology;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.mapping.Mapping;

/**
 * What the apply role of one flow needs to run.
 *
 * @param mappings by change topic, of the tables whose changes it holds
 * @param joins the tables whose mutations go through mutation topics
 * @param partitions of each topic, all the same
 * @param kafka the operator's client settings, {@code bootstrap.servers} among them; what exactly-once rests on cannot be
 *     overridden here
 * @param threads stream threads of this member, each with a session of its own at the destination
 * @param heldLimit halts once more rows than that are held in this member's partitions: where that many are refused or
 *     cannot be mapped, it is not the rows that are wrong
 * @param stateDirectory where Streams keeps local state
 * @param member a name that stays the same when this process is started again and that no other member of the flow has:
 *     lets it resume at once after a crash instead of waiting for its predecessor's session to expire
 * @param faults told when a Streams commit begins and has ended
 */
public record ApplySettings(
        Flow flow,
        Map<String, List<Mapping>> mappings,
        Joins joins,
        int partitions,
        Map<String, Object> kafka,
        SchemaStore schemas,
        Destination destination,
        int threads,
        BufferBounds bounds,
        int heldLimit,
        Path stateDirectory,
        Optional<String> member,
        FaultPoints faults) {

    public ApplySettings {
        mappings = Map.copyOf(mappings);
        kafka = Map.copyOf(kafka);
        if ((mappings.isEmpty() && joins.isEmpty()) || partitions < 1 || threads < 1 || heldLimit < 1) {
            throw new IllegalArgumentException(
                    "apply needs a mapping, a partition, a thread and room for a held row at least");
        }
    }
}
