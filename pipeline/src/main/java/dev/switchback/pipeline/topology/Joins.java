package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.mapping.RowMapping;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.sql.Lookup;

/**
 * The tables of a flow that one partition's log does not suffice for, and the topics that they take: those they read,
 * their own and those of the tables that they look rows up in, and those that their mutations go through.
 */
public record Joins(Flow flow, List<RowMapping> mappings) {

    /** @throws IllegalArgumentException when two tables do not do the same with their one destination */
    public Joins {
        mappings = List.copyOf(mappings);
        Map<String, RowMapping> first = new HashMap<>();
        for (RowMapping mapping : mappings) {
            DestinationTable table = mapping.destination();
            DestinationTable other =
                    first.computeIfAbsent(table.toString(), any -> mapping).destination();
            if (!table.columns().equals(other.columns())
                    || !table.key().equals(other.key())
                    || !table.onConflict().equals(other.onConflict())) {
                throw new IllegalArgumentException("two mappings do different things with " + table);
            }
        }
    }

    public static Joins none(Flow flow) {
        return new Joins(flow, List.of());
    }

    boolean isEmpty() {
        return mappings.isEmpty();
    }

    /** The mappings by the change topics of their tables. */
    Map<String, RowMapping> byChangeTopic() {
        Map<String, RowMapping> byTopic = new LinkedHashMap<>();
        mappings.forEach(
                mapping -> byTopic.put(flow.changeTopic(mapping.source().id()), mapping));
        return byTopic;
    }

    /** The ways in which rows are looked up, by the topic of the table that they are looked up in. */
    Map<String, Set<LookupUse>> byLookupTopic() {
        Map<String, Set<LookupUse>> uses = new LinkedHashMap<>();
        for (RowMapping mapping : mappings) {
            for (Lookup lookup : mapping.lookups()) {
                uses.computeIfAbsent(flow.lookupTopic(lookup.table().id()), topic -> new LinkedHashSet<>())
                        .add(LookupUse.of(lookup));
            }
        }
        return uses;
    }

    /** The destination tables by their mutation topics. One instance for all tables that go there. */
    public Map<String, DestinationTable> byMutationTopic() {
        Map<String, DestinationTable> byTopic = new LinkedHashMap<>();
        mappings.forEach(mapping ->
                byTopic.putIfAbsent(flow.mutationTopic(mapping.destination().id()), mapping.destination()));
        return byTopic;
    }

    /** The mutation topics of destination tables of which two source rows may claim one row. */
    Set<String> contested() {
        Set<String> topics = new LinkedHashSet<>();
        mappings.stream()
                .filter(RowMapping::contested)
                .forEach(mapping ->
                        topics.add(flow.mutationTopic(mapping.destination().id())));
        return topics;
    }

    /** What each mapping reads, by its change topic: that, and those of the tables that it looks rows up in. */
    Map<String, Set<String>> inputsByChangeTopic() {
        Map<String, Set<String>> inputs = new LinkedHashMap<>();
        byChangeTopic().forEach((topic, mapping) -> {
            Set<String> read = new LinkedHashSet<>(Set.of(topic));
            mapping.lookups()
                    .forEach(lookup -> read.add(flow.lookupTopic(lookup.table().id())));
            inputs.put(topic, read);
        });
        return inputs;
    }

    /** What the joins read. */
    Set<String> inputs() {
        Set<String> inputs = new LinkedHashSet<>(byChangeTopic().keySet());
        inputs.addAll(byLookupTopic().keySet());
        return inputs;
    }

    /** Every topic that the joins read, or write for apply. */
    public Collection<String> topics() {
        List<String> topics = new ArrayList<>(inputs());
        topics.addAll(byMutationTopic().keySet());
        return topics;
    }
}
