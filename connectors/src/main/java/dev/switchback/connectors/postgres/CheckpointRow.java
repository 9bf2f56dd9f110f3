package dev.switchback.connectors.postgres;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.InputPartition;

/**
 * A checkpoint with what {@code status} shows of it.
 *
 * @param sourceCommitAt when the source committed the newest applied record, by the source's clock; null before the
 *     first
 * @param appliedAt when the last batch was applied, by the destination's clock; null before the first
 */
public record CheckpointRow(
        InputPartition input,
        Checkpoint checkpoint,
        long rowsCopied,
        long changesApplied,
        @Nullable Instant sourceCommitAt,
        @Nullable Instant appliedAt) {}
