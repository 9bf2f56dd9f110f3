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
        @Nullable Metrics metrics) {

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
            @JsonProperty("record_limit") @Nullable ByteSize recordLimit) {}

    record Table(@Nullable String to, @Nullable String select, @Nullable List<String> key) {}

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
}
