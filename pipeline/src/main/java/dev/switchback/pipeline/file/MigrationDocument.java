package dev.switchback.pipeline.file;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * The migration file as it is written: every setting that exists, under the name it has there, and null for what is left
 * out. {@link MigrationFile} says what the settings mean and what is assumed for those left out.
 */
record MigrationDocument(
        @Nullable String migration,
        @Nullable Database source,
        @Nullable Database destination,
        @Nullable Map<String, @Nullable String> kafka,
        @Nullable Registry registry,
        @Nullable Topics topics,
        @Nullable Map<String, @Nullable Table> tables,
        @Nullable Apply apply,
        @Nullable Capture capture,
        @Nullable Metrics metrics,
        @Nullable Fence fence,
        @Nullable List<@Nullable Hook> hooks,
        @Nullable List<@Nullable Announcement> announce) {

    record Database(@Nullable String type, @Nullable String url, @Nullable String user, @Nullable String password) {

        @Override
        public String toString() {
            return String.valueOf(type);
        }
    }

    record Registry(@Nullable String url, @Nullable String user, @Nullable String password) {

        @Override
        public String toString() {
            return String.valueOf(url);
        }
    }

    record Topics(
            @Nullable Integer partitions,
            @Nullable Integer replication,
            @Nullable Duration retention,
            @JsonProperty("record_limit") @Nullable ByteSize recordLimit,
            @Nullable Boolean shared) {}

    record Table(
            @Nullable String to,
            @Nullable String select,
            @Nullable List<String> key,
            @Nullable String reverse,
            @JsonProperty("on_conflict") @Nullable String onConflict,
            @JsonProperty("newer_by") @Nullable String newerBy,
            @JsonProperty("keep_declined") @Nullable Boolean keepDeclined) {}

    record Apply(
            @Nullable Integer threads,
            @Nullable Integer rows,
            @Nullable ByteSize bytes,
            @Nullable Duration age,
            @JsonProperty("held_limit") @Nullable Integer heldLimit) {}

    record Capture(
            @Nullable Duration heartbeat,
            @JsonProperty("slot_timeout") @Nullable Duration slotTimeout,
            @JsonProperty("slot_lag_warning") @Nullable ByteSize slotLagWarning) {}

    record Metrics(@Nullable Integer port, @Nullable String host) {}

    record Fence(
            @Nullable String type,
            @Nullable List<@Nullable String> roles,
            @Nullable List<@Nullable String> close,
            @Nullable List<@Nullable String> open,
            @Nullable List<@Nullable String> closed,
            @Nullable Duration timeout,
            @Nullable String admin,
            @Nullable String user,
            @Nullable String password,
            @Nullable List<@Nullable String> databases,
            @Nullable Fence source,
            @Nullable Fence destination) {

        @Override
        public String toString() {
            return String.valueOf(type);
        }
    }

    record Hook(
            @Nullable String sql,
            @Nullable String on,
            @Nullable List<@Nullable String> command,
            @Nullable String webhook,
            @Nullable Map<String, @Nullable String> headers,
            @Nullable PgBouncer pgbouncer,
            @Nullable Duration timeout,
            @Nullable Integer tries) {

        @Override
        public String toString() {
            return "hook";
        }
    }

    record PgBouncer(
            @Nullable String admin,
            @Nullable String user,
            @Nullable String password,
            @Nullable List<@Nullable String> databases) {

        @Override
        public String toString() {
            return "pgbouncer";
        }
    }

    record Announcement(@Nullable String webhook, @Nullable Map<String, @Nullable String> headers) {

        @Override
        public String toString() {
            return "announcement";
        }
    }
}
