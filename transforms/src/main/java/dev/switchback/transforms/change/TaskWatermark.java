package dev.switchback.transforms.change;

/**
 * A watermark in a mutation topic: the task has passed it in all its inputs, so that everything the task makes of what
 * came before it stands before this.
 *
 * @param task the number of the task, which is that of its partitions
 */
public record TaskWatermark(int task, Watermark watermark) implements Event {

    @Override
    public long commitMicros() {
        return watermark.commitMicros();
    }
}
