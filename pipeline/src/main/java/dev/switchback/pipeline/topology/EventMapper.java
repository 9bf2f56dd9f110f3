package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.UnmappableException;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Turns a change into mutations by its topic's mapping. Not thread-safe, as mappings are not: one for each task. */
final class EventMapper {

    private final Map<String, Mapping> mappings;
    private final List<Mutation> collected = new ArrayList<>();

    /** @param mappings by change topic; copied */
    EventMapper(Map<String, Mapping> mappings) {
        this.mappings = mappings.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().copy()));
    }

    /** @throws ProblemException when no mapping takes the change's table */
    MappedEvent map(InputChange input, Event event) {
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
        return mappingOf(input).keepsDestinationKey();
    }

    /** The destination table of a change's topic, as text. */
    String destination(InputChange input) {
        return mappingOf(input).destination().toString();
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
