package dev.switchback.pipeline.cases;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** A file of cases as it is written, with null for what is left out. */
record CaseDocument(@Nullable List<CaseDocument.@Nullable Case> cases) {

    record Case(
            @Nullable String name,
            @Nullable List<@Nullable Step> given,
            @Nullable Map<String, @Nullable List<@Nullable Map<String, @Nullable String>>> expect,
            @Nullable List<@Nullable Held> held) {}

    /** One of the first five, which names a table. */
    record Step(
            @Nullable String read,
            @Nullable String insert,
            @Nullable String update,
            @Nullable String delete,
            @Nullable String truncate,
            @Nullable Map<String, @Nullable String> row,
            @Nullable Map<String, @Nullable String> key,
            @Nullable List<@Nullable String> unchanged) {}

    record Held(@Nullable String table, @Nullable Map<String, @Nullable String> key, @Nullable String reason) {}
}
