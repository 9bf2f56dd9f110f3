package dev.switchback.pipeline.topology;

import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * What ended the stream threads, in words, and whether it may pass by itself.
 *
 * @param mayPass whether starting again, later, may help
 */
record ApplyFailure(List<Problem> problems, boolean mayPass) {

    /** Finds the reason below whatever Streams has wrapped around it. */
    static ApplyFailure of(Flow flow, Throwable failure) {
        Optional<ProblemException> problem = cause(failure, ProblemException.class);
        if (problem.isPresent()) {
            List<Problem> problems = problem.get().problems();
            return new ApplyFailure(
                    problems, problems.stream().allMatch(one -> one.kind() == Problem.Kind.UNREACHABLE));
        }
        Optional<DestinationException> destination = cause(failure, DestinationException.class);
        if (destination.isPresent()) {
            return new ApplyFailure(List.of(destinationAway(flow, destination.get())), true);
        }
        Optional<InvalidOffsetException> offset = cause(failure, InvalidOffsetException.class);
        if (offset.isPresent()) {
            return new ApplyFailure(List.of(recordsGone(flow, offset.get())), false);
        }
        Throwable root = root(failure);
        return root instanceof KafkaException
                ? new ApplyFailure(List.of(kafkaAway(flow, root)), true)
                : new ApplyFailure(List.of(internal(flow, root)), false);
    }

    private static Problem destinationAway(Flow flow, DestinationException failure) {
        return new Problem(
                Problem.Kind.UNREACHABLE,
                place(flow),
                "The destination stays away: " + failure.getMessage() + ".",
                "Bring it back; apply goes on by itself.");
    }

    private static Problem recordsGone(Flow flow, InvalidOffsetException failure) {
        return new Problem(
                Problem.Kind.REFUSED,
                place(flow),
                "Kafka no longer has the changes that are to be applied next (" + failure.partitions()
                        + "): the topic's retention removed them, or the topic lost its end.",
                "Copy the tables again under a new migration name, with a longer retention or a faster destination.");
    }

    private static Problem kafkaAway(Flow flow, Throwable failure) {
        return new Problem(
                Problem.Kind.UNREACHABLE,
                place(flow),
                "Kafka ended the consumer group's work: " + failure.getMessage() + ".",
                "Look at the brokers; apply goes on by itself.");
    }

    private static Problem internal(Flow flow, Throwable failure) {
        return new Problem(
                Problem.Kind.INTERNAL,
                place(flow),
                "It failed: " + failure + ".",
                "Report this with the log; nothing is lost, and a new start goes on where it ended.");
    }

    private static String place(Flow flow) {
        return "apply of " + flow;
    }

    private static <T extends Throwable> Optional<T> cause(Throwable failure, Class<T> type) {
        for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return Optional.of(type.cast(t));
            }
        }
        return Optional.empty();
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
            root = t;
        }
        return root;
    }
}
