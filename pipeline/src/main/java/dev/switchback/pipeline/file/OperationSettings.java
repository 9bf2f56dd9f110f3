package dev.switchback.pipeline.file;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.switchback.connectors.postgres.PostgresSettings;

/**
 * What a cutover or revert has around it, as the file declares it. No text made of it contains a secret.
 *
 * @param source how the source refuses application writes
 * @param destination how the destination does
 * @param hooks what to do once the new side takes writes, in this order
 * @param announcements whom to tell of each step
 */
public record OperationSettings(Fence source, Fence destination, List<Hook> hooks, List<Webhook> announcements) {

    public static final OperationSettings DEFAULT =
            new OperationSettings(new Fence.Triggers(), new Fence.Triggers(), List.of(), List.of());

    public OperationSettings {
        hooks = List.copyOf(hooks);
        announcements = List.copyOf(announcements);
    }

    /** How one side refuses application writes. */
    public sealed interface Fence {

        /** Statement triggers, which stop everybody. */
        record Triggers() implements Fence {}

        /** The privileges of named roles. */
        record Revoke(List<String> roles) implements Fence {}

        /**
         * The user's own programs.
         *
         * @param closed tells whether it is closed
         * @param timeout for each of them
         */
        record Command(List<String> close, List<String> open, Optional<List<String>> closed, Duration timeout)
                implements Fence {

            /** The programs alone: an argument may be a secret. */
            @Override
            public String toString() {
                return "Command[close=" + close.get(0) + ", open=" + open.get(0) + ", timeout=" + timeout + "]";
            }
        }

        /** PAUSE and RESUME of a pooler's databases. */
        record PgBouncer(PostgresSettings console, List<String> databases) implements Fence {}
    }

    /** Which database, as seen from an operation: the new side is the one that takes writes behind it. */
    public enum On {
        SOURCE,
        DESTINATION,
        NEW,
        OLD
    }

    /**
     * What is to be done once the new side takes writes.
     *
     * @param name for people: the place in the file
     * @param timeout for each try
     * @param tries how often it is tried in all
     */
    public record Hook(String name, Action action, Duration timeout, int tries) {}

    /** What a hook does. */
    public sealed interface Action {

        record Sql(String sql, On on) implements Action {}

        record Command(List<String> words) implements Action {

            /** The program alone: an argument may be a secret. */
            @Override
            public String toString() {
                return "Command[" + words.get(0) + "]";
            }
        }

        record Post(Webhook webhook) implements Action {}

        /** RELOAD, and RESUME of these databases; of all where none is named. */
        record PgBouncer(PostgresSettings console, List<String> databases) implements Action {}
    }

    /** An address that is posted to. It is a secret: whoever knows it may post. */
    public record Webhook(Secret url, Map<String, Secret> headers) {}
}
