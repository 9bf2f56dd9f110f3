package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.ClaimEncoder;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Claim.Handover;

/**
 * The claims on one destination row, the oldest first, and the handovers of it of which one side has been heard. The two
 * come in either order, since two tasks say them; each is remembered until the other has come. Not thread-safe.
 */
final class StandingClaims {

    private final List<Entry> entries = new ArrayList<>();

    /** A claim to the row; or, without a row, what the one side has said of a handover. */
    private record Entry(Claim claim, byte[] bytes) {

        boolean isRow() {
            return claim.row() != null;
        }

        boolean isHalfOf(Handover handover) {
            return !isRow() && handover.equals(claim.handover());
        }

        boolean gives() {
            Handover handover = claim.handover();
            return !isRow() && handover != null && handover.from().equals(claim.owner());
        }

        boolean takesFrom(Claim.Owner owner) {
            Handover handover = claim.handover();
            return !isRow() && handover != null && !gives() && handover.from().equals(owner);
        }
    }

    /** @param bytes as {@link #bytes} gave them; null for none */
    StandingClaims(byte @Nullable [] bytes, ChangeDecoder decoder) {
        if (bytes != null) {
            StoreKey.parts(bytes).forEach(part -> entries.add(new Entry((Claim) decoder.decode(part), part)));
        }
    }

    /** Null where there are none. */
    byte @Nullable [] bytes() {
        return entries.isEmpty()
                ? null
                : StoreKey.joined(entries.stream().map(Entry::bytes).toList());
    }

    /** Sets a claim in place of its owner's before, or takes that away. */
    void take(Claim claim, byte[] bytes, ClaimEncoder encoder) {
        int place = 0;
        while (place < entries.size() && !isRowOf(entries.get(place), claim.owner())) {
            place++;
        }
        boolean known = place < entries.size();
        if (claim.row() == null) {
            if (known) {
                entries.remove(place);
            }
        } else if (known) {
            entries.set(place, new Entry(claim, bytes));
        } else {
            entries.add(new Entry(claim, bytes));
        }
        Handover handover = claim.handover();
        if (handover != null && !entries.removeIf(entry -> entry.isHalfOf(handover))) {
            Claim half = claim.withdrawn(claim.cause()).by(handover);
            entries.add(new Entry(half, encoder.value(half)));
        }
    }

    private static boolean isRowOf(Entry entry, Claim.Owner owner) {
        return entry.isRow() && entry.claim().owner().equals(owner);
    }

    /** The claims to the row, but for those that another one has taken over. */
    List<Claim> live() {
        return entries.stream()
                .filter(Entry::isRow)
                .map(Entry::claim)
                .filter(claim -> entries.stream().noneMatch(entry -> entry.takesFrom(claim.owner())))
                .toList();
    }

    /** Whether the row was given to one that has not said yet what it does with it. */
    boolean awaited() {
        return entries.stream().anyMatch(Entry::gives);
    }
}
