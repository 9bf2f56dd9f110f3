package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.UnmappableException;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Turns a change into mutations by its topic's mapping. Not thread-safe, as mappings are not: one for each task. */
final class EventMapper {

    private final Map<String, Mapping> mappings;
    private final Map<String, DestinationTable> claimed;
    private final List<Mutation> collected = new ArrayList<>();

    /**
     * @param mappings by change topic; copied
     * @param claimed destination tables by mutation topic
     */
    EventMapper(Map<String, Mapping> mappings, Map<String, DestinationTable> claimed) {
        this.claimed = claimed;
        this.mappings = mappings.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().copy()));
    }

    /** @throws ProblemException when no mapping takes the change's table */
    MappedEvent map(InputChange input, Event event) {
        if (event instanceof Claim claim) {
            return new MappedEvent(input, event, mutations(claim, table(input)), claim.refusal());
        }
        if (!(event instanceof Change change)) {
            return new MappedEvent(input, event, List.of(), null);
        }
        Mapping mapping = mappingOf(input);
        if (!mapping.source().equals(change.table())) {
            throw unknownTable(input, change, mapping);
        }
        collected.clear();
        try {
            mapping.map(change, collected::add);
            return new MappedEvent(input, event, List.copyOf(collected), null);
        } catch (UnmappableException e) {
            return new MappedEvent(input, event, List.of(), e.getMessage());
        }
    }

    /** Whether all changes of one source key of a change's topic are about one destination row. */
    boolean keepsDestinationKey(InputChange input) {
        return claimed.containsKey(input.input().topic()) || mappingOf(input).keepsDestinationKey();
    }

    /** The destination table of a change's topic, as text. */
    String destination(InputChange input) {
        return claimed.containsKey(input.input().topic())
                ? table(input).toString()
                : mappingOf(input).destination().toString();
    }

    /** A claim about its owner itself makes none. */
    private static List<Mutation> mutations(Claim claim, DestinationTable table) {
        List<Object> key = claim.key();
        if (key == null || claim.refusal() != null) {
            return List.of();
        }
        Key found = new Key(key.toArray());
        List<@Nullable Object> row = claim.row();
        if (row == null) {
            return List.of(new Mutation.Remove(table, found));
        }
        return List.of(
                claim.isPatch()
                        ? new Mutation.Patch(table, found, row.toArray())
                        : new Mutation.Upsert(table, found, row.toArray()));
    }

    private DestinationTable table(InputChange input) {
        @Nullable DestinationTable table = claimed.get(input.input().topic());
        if (table == null) {
            throw new IllegalStateException("a claim where there is no mutation topic: " + EventDecoder.place(input));
        }
        return table;
    }

    private Mapping mappingOf(InputChange input) {
        @Nullable Mapping mapping = mappings.get(input.input().topic());
        if (mapping == null) {
            throw new IllegalStateException("no mapping for " + EventDecoder.place(input));
        }
        return mapping;
    }

    private static ProblemException unknownTable(InputChange input, Change change, Mapping mapping) {
        return new ProblemException(new Problem(
                Problem.Kind.REFUSED,
                EventDecoder.place(input),
                "The change is one of table " + change.table() + ", but the topic holds those of " + mapping.source()
                        + ".",
                "Find out which producer besides Switchback's capture writes to this topic and stop it; then copy the"
                        + " table again."));
    }
}
