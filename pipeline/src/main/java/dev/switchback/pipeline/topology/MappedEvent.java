package dev.switchback.pipeline.topology;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;

/**
 * All that one record of a change topic makes at the destination: it enters apply whole or not at all.
 *
 * @param mutations in order; empty for a watermark, and where the mapping has none or could not map the change
 * @param unmappable why the change could not be mapped; null if it could
 */
record MappedEvent(InputChange input, Event event, List<Mutation> mutations, @Nullable String unmappable) {

    /** Whether it empties a table. Such a change makes no other mutation. */
    boolean clearsTable() {
        return mutations.size() == 1 && mutations.get(0) instanceof Mutation.Clear;
    }

    /** Whether it says what its row is to become whatever the row is now. */
    boolean isWhole() {
        if (event instanceof Claim claim) {
            return claim.isWhole();
        }
        return mutations.size() == 1
                && (mutations.get(0) instanceof Mutation.Upsert || mutations.get(0) instanceof Mutation.Remove);
    }

    /** The whole row that it makes, if that is all it does. */
    Optional<Mutation.Upsert> upsert() {
        return mutations.size() == 1 && mutations.get(0) instanceof Mutation.Upsert row
                ? Optional.of(row)
                : Optional.empty();
    }

    /** The key of the first row it is about, for people; {@code ?} where that is not known. */
    String destinationKey() {
        if (event instanceof Claim claim && claim.key() != null) {
            return new Key(claim.key().toArray()).toString();
        }
        return mutations.stream()
                .filter(Mutation.OfRow.class::isInstance)
                .map(mutation -> ((Mutation.OfRow) mutation).key().toString())
                .findFirst()
                .orElse("?");
    }
}
