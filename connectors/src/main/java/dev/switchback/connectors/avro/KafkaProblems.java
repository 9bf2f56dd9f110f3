package dev.switchback.connectors.avro;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

/** Kafka's exceptions in words for the person who must act. */
final class KafkaProblems {

    private KafkaProblems() {}

    /**
     * What to throw for a failed use of a topic: a problem, or an interrupt as it is, which nobody must act on.
     *
     * @param failure as Kafka's clients throw it, or wrapped once by a future
     */
    static RuntimeException of(String topic, Throwable failure) {
        Throwable cause = rootOf(failure);
        if (cause instanceof InterruptException interrupt) {
            return interrupt;
        }
        return new ProblemException(problem("Kafka topic " + topic, cause), failure);
    }

    /** Clients hide what they found at construction, and futures what they failed with, behind one more exception. */
    private static Throwable rootOf(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !isTelling(cause)) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static boolean isTelling(Throwable failure) {
        return failure instanceof InterruptException
                || failure instanceof AuthenticationException
                || failure instanceof AuthorizationException
                || failure instanceof ConfigException
                || failure instanceof RetriableException;
    }

    private static Problem problem(String where, Throwable cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        if (cause instanceof AuthenticationException) {
            return new Problem(
                    Kind.UNREACHABLE,
                    where,
                    "Kafka rejects the login: " + reason + ".",
                    "Correct the security settings under kafka:.");
        }
        if (cause instanceof AuthorizationException) {
            return new Problem(
                    Kind.REFUSED,
                    where,
                    "the Kafka user lacks a privilege: " + reason + ".",
                    "Grant it CREATE, DESCRIBE, DESCRIBE_CONFIGS, READ and WRITE on this topic.");
        }
        if (cause instanceof ConfigException && !reason.contains("bootstrap urls")) {
            return new Problem(
                    Kind.BAD_INPUT, where, "Kafka refuses its settings: " + reason + ".", "Correct them under kafka:.");
        }
        return new Problem(
                Kind.UNREACHABLE,
                where,
                "Kafka does not answer: " + reason + ".",
                "Check bootstrap.servers under kafka:, and that the brokers are up.");
    }
}
