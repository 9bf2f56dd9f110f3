package dev.switchback.pipeline.topology;

import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
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
        return kafka(flow, failure).orElseGet(() -> new ApplyFailure(List.of(internal(flow, root(failure))), false));
    }

    /** Present when it is Kafka that failed, and not what runs on it. */
    private static Optional<ApplyFailure> kafka(Flow flow, Throwable failure) {
        Optional<ConfigException> settings = cause(failure, ConfigException.class);
        // Names that cannot be resolved are a matter of settings for Kafka's clients, but may be a matter of time.
        if (settings.isPresent() && !String.valueOf(settings.get().getMessage()).contains("bootstrap urls")) {
            return Optional.of(new ApplyFailure(List.of(settingsRefused(flow, settings.get())), false));
        }
        Optional<AuthenticationException> login = cause(failure, AuthenticationException.class);
        if (login.isPresent()) {
            return Optional.of(new ApplyFailure(List.of(loginRejected(flow, login.get())), true));
        }
        Optional<AuthorizationException> privilege = cause(failure, AuthorizationException.class);
        if (privilege.isPresent()) {
            return Optional.of(new ApplyFailure(List.of(privilegeLacking(flow, privilege.get())), false));
        }
        return answer(failure).map(answer -> new ApplyFailure(List.of(kafkaAway(flow, answer)), true));
    }

    /** The innermost thing that Kafka said, unless that only wraps a failure of code that its clients call. */
    private static Optional<Throwable> answer(Throwable failure) {
        Throwable root = root(failure);
        if (root instanceof KafkaException) {
            return Optional.of(root);
        }
        @Nullable Throwable answer = null;
        for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof KafkaException && !(t instanceof StreamsException)) {
                answer = t;
            }
        }
        if (answer == null) {
            return Optional.empty();
        }
        boolean wraps = answer.getClass() == KafkaException.class
                && (answer.getCause() instanceof RuntimeException || answer.getCause() instanceof Error);
        return wraps ? Optional.empty() : Optional.of(answer);
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

    private static Problem settingsRefused(Flow flow, Throwable failure) {
        return new Problem(
                Problem.Kind.BAD_INPUT,
                place(flow),
                "Kafka refuses its settings: " + failure.getMessage() + ".",
                "Correct them under kafka:.");
    }

    private static Problem loginRejected(Flow flow, Throwable failure) {
        return new Problem(
                Problem.Kind.UNREACHABLE,
                place(flow),
                "Kafka rejects the login: " + failure.getMessage() + ".",
                "Correct the security settings under kafka:.");
    }

    private static Problem privilegeLacking(Flow flow, Throwable failure) {
        return new Problem(
                Problem.Kind.REFUSED,
                place(flow),
                "The Kafka user lacks a privilege: " + failure.getMessage() + ".",
                "Grant it READ on the topics and the consumer group, and WRITE on the topics and transactional ids of the"
                        + " migration, and start again.");
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
