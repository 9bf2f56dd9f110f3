package dev.switchback.pipeline.migration;

import java.time.Instant;
import java.util.Optional;

/**
 * A record as it stands in the ledger.
 *
 * @param at by its writer's clock; for people only
 * @param by who wrote it: {@code ana@ops-1, process 4711}
 * @param claim the right by which a {@link Decision} is taken; empty for a {@link Note}
 */
public record Entry(Instant at, String by, LedgerRecord record, Optional<Claim> claim) {

    /** @throws IllegalArgumentException when a decision has no claim, or a note has one */
    public Entry {
        if (record instanceof Decision != claim.isPresent()) {
            throw new IllegalArgumentException(record + " with claim " + claim);
        }
    }

    public static Entry note(Instant at, String by, Note note) {
        return new Entry(at, by, note, Optional.empty());
    }

    public static Entry decision(Instant at, String by, Decision decision, Claim claim) {
        return new Entry(at, by, decision, Optional.of(claim));
    }
}
