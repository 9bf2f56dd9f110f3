package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Compares where the destination says it is with where Kafka would go on. The destination is written first, so it may be
 * ahead: apply then skips what it has. A destination that is behind was restored to an older state, or failed over to a
 * replica that lacked its last transactions: what lies in between would never be applied. Where it is ahead of the topic's
 * very end, the topic has lost records, and new ones that take their offsets would be skipped.
 */
record Resumption(InputLog log) {

    /** @throws ProblemException for every partition with records, or places for some, that neither side would apply */
    void refuseGaps(Map<InputPartition, Checkpoint> checkpoints) {
        List<Problem> gaps = new ArrayList<>();
        Map<InputPartition, Long> resumesAt = log.resumesAt(checkpoints.keySet());
        Map<InputPartition, Long> ends = log.ends(checkpoints.keySet());
        Map<InputPartition, InputLog.Range> unapplied = new HashMap<>();
        checkpoints.forEach((input, checkpoint) -> {
            long applied = checkpoint.nextOffset();
            long resumes = resumesAt.getOrDefault(input, 0L);
            long end = ends.getOrDefault(input, 0L);
            if (applied > end) {
                gaps.add(beyond(input, applied, end));
            } else if (applied < resumes) {
                unapplied.put(input, new InputLog.Range(applied, resumes));
            }
        });
        Map<InputPartition, InputLog.Content> contents = log.contents(unapplied);
        unapplied.forEach((input, range) -> {
            switch (Objects.requireNonNull(contents.get(input))) {
                case NOTHING -> {}
                case RECORDS -> gaps.add(behind(input, range.from(), range.to()));
                case REMOVED -> gaps.add(removed(input, range.from(), range.to()));
            }
        });
        ProblemException.requireNone(gaps);
    }

    private static Problem behind(InputPartition input, long applied, long resumes) {
        return new Problem(
                Problem.Kind.REFUSED,
                place(input),
                "The destination has applied up to offset " + applied + ", but changes up to offset " + resumes
                        + " were already applied to it once: it is an older state of itself.",
                "If it was restored or failed over on purpose, stop all members of apply, set the consumer group's offset"
                        + " of this partition to " + applied + " with kafka-consumer-groups --reset-offsets, and start"
                        + " again; otherwise connect to the right database.");
    }

    private static Problem beyond(InputPartition input, long applied, long end) {
        return new Problem(
                Problem.Kind.REFUSED,
                place(input),
                "The destination has applied up to offset " + applied + ", but the topic ends at offset " + end
                        + ": Kafka has lost records that it had acknowledged, and would give their offsets to new ones.",
                "Copy the tables again under a new migration name.");
    }

    private static Problem removed(InputPartition input, long applied, long resumes) {
        return new Problem(
                Problem.Kind.REFUSED,
                place(input),
                "The destination has applied up to offset " + applied + ", but Kafka goes on at offset " + resumes
                        + ", and the topic's retention has removed what was in between.",
                "Copy the tables again under a new migration name, with a longer retention or a faster destination.");
    }

    private static String place(InputPartition input) {
        return "topic " + input.topic() + ", partition " + input.partition();
    }
}
