package dev.switchback.connectors.debezium;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.switchback.connectors.avro.ChangeEncoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.avro.WireOutput;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * Which topics a table's changes go to. By their keys into its change topic, unless it is only there to be looked up in;
 * and where rows are looked up in it, each of them into every partition of its lookup topic.
 *
 * @param lookups the tables that rows are looked up in
 * @param unmoved those of them that are not migrated themselves
 * @param remembered the tables whose rows are remembered on their way, so that all of them must have taken it
 * @param share whether the tables whose rows are not remembered have one change topic together
 */
public record Routes(Set<TableId> lookups, Set<TableId> unmoved, Set<TableId> remembered, boolean share) {

    /** Every table is migrated and has a change topic of its own, and none is looked up in. */
    public static final Routes BY_KEY = new Routes(Set.of(), Set.of(), Set.of(), false);

    public Routes {
        lookups = Set.copyOf(lookups);
        unmoved = Set.copyOf(unmoved);
        remembered = Set.copyOf(remembered);
    }

    /** Whether capture begins with a copy of the table's rows. */
    boolean copied(Flow flow, TableId table) {
        return flow.backfills() || remembered.contains(table);
    }

    boolean byKey(TableId table) {
        return !unmoved.contains(table);
    }

    boolean everywhere(TableId table) {
        return lookups.contains(table);
    }

    /** Whether the table's changes stand among those of other tables. */
    boolean shares(TableId table) {
        return share && byKey(table) && !remembered.contains(table);
    }

    /** The topic that a migrated table's changes go to by their keys. */
    public String changeTopic(Flow flow, TableId table) {
        return shares(table) ? flow.sharedTopic() : flow.changeTopic(table);
    }

    /** What writes a table's changes for one of its topics. */
    public ChangeEncoder encoder(Flow flow, String topic, TableSchema table, SchemaStore schemas, WireOutput output) {
        String own = flow.changeTopic(table.id());
        return topic.equals(flow.sharedTopic())
                ? ChangeEncoder.amongOthers(schemas, own, table, output)
                : new ChangeEncoder(schemas, topic, table, output);
    }

    /** The topics that a table's changes go to, in the order in which they are written there. */
    public List<String> topics(Flow flow, TableId table) {
        List<String> topics = new ArrayList<>();
        if (byKey(table)) {
            topics.add(changeTopic(flow, table));
        }
        if (everywhere(table)) {
            topics.add(flow.lookupTopic(table));
        }
        return topics;
    }
}
