package dev.switchback.connectors.postgres;

import java.time.Duration;

/**
 * The bounds within which an apply session waits.
 *
 * @param retryFor how long a call goes on retrying before it fails; well below Kafka's {@code max.poll.interval.ms}
 * @param statementTimeout how long one statement may run at the destination
 * @param lockTimeout how long one statement may wait for a lock at the destination
 * @param stallTimeout after how long the destination ends a transaction whose client has gone silent, which frees the
 *     checkpoint for the client's successor, and the control row for an operator: behind the commit point of a cutover
 *     nobody can write for as long as that one waits
 */
public record ApplySettings(Duration retryFor, Duration statementTimeout, Duration lockTimeout, Duration stallTimeout) {

    public static final ApplySettings DEFAULTS = new ApplySettings(
            Duration.ofSeconds(90), Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofSeconds(3));
}
