package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.UnmappableException;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** Turns a change into mutations by its table's mapping. Not thread-safe, as mappings are not: one for each thread. */
final class EventMapper {

    private final Map<String, TopicMappings> mappings = new HashMap<>();
    private final Map<String, DestinationTable> claimed;
    private final List<Mutation> collected = new ArrayList<>();

    /**
     * @param mappings by change topic, of the tables whose changes it holds; copied
     * @param claimed destination tables by mutation topic
     */
    EventMapper(Map<String, List<Mapping>> mappings, Map<String, DestinationTable> claimed) {
        this.claimed = claimed;
        mappings.forEach((topic, all) -> this.mappings.put(topic, new TopicMappings(all)));
    }

    /** @throws ProblemException when no mapping takes the change's table */
    MappedEvent map(InputChange input, Event event) {
        if (event instanceof Claim claim) {
            return new MappedEvent(input, event, mutations(claim, table(input)), claim.refusal());
        }
        if (!(event instanceof Change change)) {
            return new MappedEvent(input, event, List.of(), null);
        }
        Mapping mapping = mappingOf(input, change);
        collected.clear();
        try {
            mapping.map(change, collected::add);
            return new MappedEvent(input, event, List.copyOf(collected), null);
        } catch (UnmappableException e) {
            return new MappedEvent(input, event, List.of(), e.getMessage());
        }
    }

    /** Whether what becomes of a row does not depend on how old its changes are, so that later ones outdo earlier ones. */
    boolean lastCounts(InputChange input, Event event) {
        return event instanceof Claim
                ? table(input).age() < 0
                : mappingOf(input, (Change) event).destination().age() < 0;
    }

    /**
     * Whether by this event alone it is settled what its row becomes, so that it need not wait for the next try of what is
     * held before it. Not so an update that has all of its row, since a row that the destination refuses may be updated
     * many times a second; nor a delete that is not applied, where rows that are there are left as they are.
     */
    boolean outdoes(MappedEvent event) {
        if (!event.isWhole() || !lastCounts(event.input(), event.event())) {
            return false;
        }
        if (!(event.event() instanceof Change change)) {
            return true;
        }
        Mapping mapping = mappingOf(event.input(), change);
        return change.operation() == Operation.DELETE
                && mapping.keepsDestinationKey()
                && !mapping.destination().onConflict().leavesRows();
    }

    /**
     * What changes of one source key come to, none of which is applied yet; empty where the last one does not say it, nor
     * all of them together.
     */
    Optional<List<Mutation>> settled(MappedEvent first, MappedEvent last) {
        if (first.event() instanceof Change from && last.event() instanceof Change to) {
            Mapping mapping = mappingOf(last.input(), to);
            if (!mapping.keepsDestinationKey()) {
                return settled(mapping, from, to);
            }
        }
        return last.isWhole() ? Optional.of(last.mutations()) : Optional.empty();
    }

    private Optional<List<Mutation>> settled(Mapping mapping, Change first, Change last) {
        collected.clear();
        try {
            mapping.settle(first, last, collected::add);
            return Optional.of(List.copyOf(collected));
        } catch (UnmappableException e) {
            return Optional.empty();
        }
    }

    /** The destination table of a change or a claim, as text. */
    String destination(InputChange input, Event event) {
        return event instanceof Claim
                ? table(input).toString()
                : mappingOf(input, (Change) event).destination().toString();
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
            return List.of(new Mutation.Remove(table, found, claim.age()));
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

    private Mapping mappingOf(InputChange input, Change change) {
        @Nullable TopicMappings ofTopic = mappings.get(input.input().topic());
        if (ofTopic == null) {
            throw new IllegalStateException("no mapping for " + EventDecoder.place(input));
        }
        @Nullable Mapping mapping = ofTopic.of(change.table());
        if (mapping == null) {
            throw unknownTable(input, change, ofTopic.tables());
        }
        return mapping;
    }

    private static ProblemException unknownTable(InputChange input, Change change, Set<TableId> tables) {
        return new ProblemException(new Problem(
                Problem.Kind.REFUSED,
                EventDecoder.place(input),
                "The change is one of table " + change.table() + ", but the topic holds those of "
                        + (tables.size() == 1 ? tables.iterator().next() : tables.size() + " other tables") + ".",
                "Find out which producer besides Switchback's capture writes to this topic and stop it; then copy the"
                        + " table again."));
    }

    /**
     * The mappings of the tables whose changes a topic holds, each under the name that came last: a decoder gives all changes
     * of a table the same instance, so that its letters need not be compared.
     */
    private static final class TopicMappings {

        private record Named(TableId table, Mapping mapping) {}

        private final Map<TableId, Named> byTable = new HashMap<>();

        TopicMappings(List<Mapping> mappings) {
            mappings.forEach(mapping -> put(mapping.source(), mapping.copy()));
        }

        @Nullable @SuppressWarnings("ReferenceEquality") // another instance is found just as well, but more slowly
        Mapping of(TableId table) {
            @Nullable Named named = byTable.get(table);
            if (named == null) {
                return null;
            }
            if (named.table != table) {
                byTable.remove(table);
                put(table, named.mapping);
            }
            return named.mapping;
        }

        Set<TableId> tables() {
            return byTable.keySet();
        }

        private void put(TableId table, Mapping mapping) {
            byTable.put(table, new Named(table, mapping));
        }
    }
}
