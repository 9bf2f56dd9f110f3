package dev.switchback.pipeline.topology;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts delays in milliseconds since the role started, exact below 64 ms and within 1/32 above. Thread-safe; recording
 * neither blocks nor allocates.
 */
public final class LagHistogram {

    /** Buckets a power of two above the exact range. */
    private static final int STEPS = 32;

    private static final int EXACT = 2 * STEPS;
    private static final int MAX_BITS = 36;

    private final AtomicLongArray counts = new AtomicLongArray(EXACT + STEPS * (MAX_BITS - 6));

    /** @param millis a negative one, as a source whose clock runs ahead produces, counts as 0 */
    public void record(long millis) {
        counts.incrementAndGet(bucket(Math.min(Math.max(millis, 0), (1L << MAX_BITS) - 1)));
    }

    /** What has been counted so far. */
    public Snapshot snapshot() {
        long[] copy = new long[counts.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.get(i);
        }
        return new Snapshot(copy);
    }

    /** Counts at one moment. Immutable. */
    public static final class Snapshot {

        private final long[] counts;

        private Snapshot(long[] counts) {
            this.counts = counts;
        }

        /** What was counted between an earlier snapshot of the same histogram and this one. */
        public Snapshot since(Snapshot earlier) {
            long[] difference = new long[counts.length];
            Arrays.setAll(difference, i -> counts[i] - earlier.counts[i]);
            return new Snapshot(difference);
        }

        public long count() {
            return Arrays.stream(counts).sum();
        }

        /**
         * The delay in milliseconds that the given share of changes did not exceed; 0 when none was counted.
         *
         * @param share between 0 and 1
         */
        public long quantile(double share) {
            long wanted = Math.max(1, (long) Math.ceil(share * count()));
            long seen = 0;
            for (int i = 0; i < counts.length; i++) {
                seen += counts[i];
                if (seen >= wanted) {
                    return upperEnd(i);
                }
            }
            return 0;
        }
    }

    static int bucket(long millis) {
        if (millis < EXACT) {
            return (int) millis;
        }
        int power = 63 - Long.numberOfLeadingZeros(millis);
        int step = (int) (millis >>> (power - 5)) - STEPS;
        return EXACT + (power - 6) * STEPS + step;
    }

    private static long upperEnd(int bucket) {
        if (bucket < EXACT) {
            return bucket;
        }
        int power = 6 + (bucket - EXACT) / STEPS;
        int step = STEPS + (bucket - EXACT) % STEPS;
        return ((step + 1L) << (power - 5)) - 1;
    }
}
