package dev.switchback.transforms.change;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.schema.TableId;

/**
 * What a mutation topic holds: what one source row, the owner, wants of one destination row. Either that it be the
 * owner's ({@link #row}), or that it be the owner's no more (neither row nor refusal), or nothing, since it cannot be
 * said ({@link #refusal}).
 *
 * @param owner the source row
 * @param key the destination row's key values, in the key's order; null for a claim about the owner itself, of which no
 *     destination row is known
 * @param row the destination row's values, in the order in which the destination has the columns; {@link Absent#VALUE}
 *     for those that are as they were
 * @param refusal why it cannot be applied, in words
 * @param handover the change of a source row's key that the claim came of, where the destination row stays the same one:
 *     the old key's claim is given up to the new key's; otherwise null
 * @param age what the row has, or had, in the column by which the destination judges which of two rows is newer; null
 *     where it has none
 */
public record Claim(
        Owner owner,
        @Nullable List<Object> key,
        @Nullable List<@Nullable Object> row,
        @Nullable String refusal,
        Cause cause,
        @Nullable Handover handover,
        @Nullable Object age)
        implements Event {

    /**
     * A source row.
     *
     * @param key as it is written for people; no two rows of a table have the same
     */
    public record Owner(TableId table, String key) {

        @Override
        public String toString() {
            return table + " " + key;
        }
    }

    /**
     * What a claim came of.
     *
     * @param copied whether it was a row of the initial copy
     * @param commitMicros when the source committed it, in microseconds since 1970
     * @param watermark the latest that any input of the claim's task had passed by then: nothing that is behind a later
     *     one has gone into the claim
     */
    public record Cause(boolean copied, long commitMicros, long watermark) {}

    /**
     * A source row's change of key.
     *
     * @param lsn where in the source's log it stands
     */
    public record Handover(Owner from, Owner to, long lsn) {}

    public Claim(
            Owner owner,
            @Nullable List<Object> key,
            @Nullable List<@Nullable Object> row,
            @Nullable String refusal,
            Cause cause) {
        this(owner, key, row, refusal, cause, null, null);
    }

    public Claim {
        if (row != null && (key == null || refusal != null)) {
            throw new IllegalArgumentException("a claim of " + owner + " with a row must have a key and no refusal");
        }
    }

    /** A claim about its owner itself, of which nothing is to become. */
    public static Claim about(Owner owner, Cause cause) {
        return new Claim(owner, null, null, null, cause);
    }

    @Override
    public long commitMicros() {
        return cause.commitMicros();
    }

    /** Whether what the row is now does not matter. */
    public boolean isWhole() {
        return refusal == null && !isPatch();
    }

    /** Whether the row has it already, and only some of its values change. */
    public boolean isPatch() {
        return row != null && row.contains(Absent.VALUE);
    }

    /** The same claim given up. */
    public Claim withdrawn(Cause why) {
        return new Claim(owner, key, null, null, why, null, age);
    }

    /** The same claim, not to be applied. */
    public Claim refused(String why) {
        return new Claim(owner, key, null, why, cause, null, age);
    }

    /** The same claim, come of something else. */
    public Claim because(Cause why) {
        return new Claim(owner, key, row, refusal, why, handover, age);
    }

    /** The same claim, come of a change of key. */
    public Claim by(@Nullable Handover change) {
        return new Claim(owner, key, row, refusal, cause, change, age);
    }

    /** The same claim of a row of that age. */
    public Claim aged(@Nullable Object since) {
        return new Claim(owner, key, row, refusal, cause, handover, since);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Claim claim
                && owner.equals(claim.owner)
                && same(key, claim.key)
                && same(row, claim.row)
                && Objects.equals(refusal, claim.refusal)
                && cause.equals(claim.cause)
                && Objects.equals(handover, claim.handover)
                && Objects.deepEquals(age, claim.age);
    }

    @Override
    public int hashCode() {
        return owner.hashCode();
    }

    /** By value, byte strings too. */
    private static boolean same(@Nullable List<?> one, @Nullable List<?> other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return Arrays.deepEquals(one.toArray(), other.toArray());
    }

    /** Whether both are of the same destination row. */
    public boolean sameRow(@Nullable Claim other) {
        return other != null && same(key, other.key);
    }

    @Override
    public String toString() {
        String what = row != null ? row.toString() : refusal != null ? "refused: " + refusal : "withdrawn";
        return owner + " claims " + key + ": " + what;
    }
}
