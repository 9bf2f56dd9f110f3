package dev.switchback.pipeline.snapshot;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** A schema file as it is written, with null for what is left out. {@link SnapshotText} says when something is. */
record SnapshotDocument(
        @Nullable Map<String, @Nullable Table> source, @Nullable Map<String, @Nullable Table> destination) {

    record Table(
            @Nullable Map<String, @Nullable Column> columns,
            @Nullable List<@Nullable String> key,
            @JsonProperty("deferrable_key") @Nullable String deferrableKey,
            @Nullable List<@Nullable List<@Nullable String>> unique,
            @JsonProperty("replica_identity") @Nullable String replicaIdentity) {}

    record Column(
            @Nullable String type,
            @Nullable String declared,
            @JsonProperty("not_null") @Nullable Boolean notNull,
            @JsonProperty("default") @Nullable Boolean hasDefault,
            @Nullable String generated,
            @Nullable Boolean toast,
            @Nullable String kind,
            @Nullable String extension,
            @Nullable Integer modifier,
            @Nullable List<@Nullable String> labels,
            @Nullable Type of) {

        Type typeItself() {
            return new Type(type, kind, extension, modifier, labels, of);
        }
    }

    record Type(
            @Nullable String type,
            @Nullable String kind,
            @Nullable String extension,
            @Nullable Integer modifier,
            @Nullable List<@Nullable String> labels,
            @Nullable Type of) {}
}
