package dev.switchback.transforms.change;

/**
 * What a partition holds, in order: of a change topic, changes and the watermarks between them; of a mutation topic,
 * claims and the watermarks of each task.
 */
public sealed interface Event permits Change, Claim, TaskWatermark, Watermark {

    /** When what it tells of was committed at the source, in microseconds since 1970. */
    long commitMicros();
}
