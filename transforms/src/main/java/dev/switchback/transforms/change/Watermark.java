package dev.switchback.transforms.change;

/**
 * A marker that was written into the source's log and stands in every partition of every change topic, behind each
 * change that was committed before it and before each that was committed after it.
 *
 * @param id grows with each watermark of one database, in the order of the log
 * @param lsn where in the log it stands
 * @param commitMicros when the source committed it, in microseconds since 1970
 */
public record Watermark(long id, long lsn, long commitMicros) implements Event {

    /**
     * The distance between the ids of two watermarks that follow each other in a database. The ids between them belong to
     * the barriers that capture itself puts there.
     */
    public static final long STEP = 1L << 20;
}
