package dev.switchback.pipeline.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.switchback.connectors.postgres.Members;
import dev.switchback.pipeline.status.Status.RoleStatus;

/**
 * What a process says of itself, kept at the destination for {@code status} in other processes.
 *
 * @param captured how far its capture is; empty without that role
 */
public record MemberReport(List<RoleStatus> roles, Optional<Captured> captured) {

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * How far capture is, by heartbeats that went through the source's log.
     *
     * @param to everything that the source had committed by then is in Kafka, by the source's clock
     * @param lag how long the oldest heartbeat that has not come through has been under way; zero if none is late
     * @param copied whether the tables as they were at the beginning are in Kafka, so that only changes follow
     */
    public record Captured(Instant to, Duration lag, boolean copied) {}

    /** What the process that captured last said of it, be it alive or not. */
    public static Optional<Captured> latestCaptured(List<Members.Entry> members) {
        return members.stream()
                .sorted(Comparator.comparing(Members.Entry::seenAt).reversed())
                .flatMap(entry -> parse(entry.report()).captured().stream())
                .findFirst();
    }

    /** As JSON. */
    public String toJson() {
        ObjectNode report = JSON.createObjectNode();
        ArrayNode list = report.putArray("roles");
        roles.forEach(role -> list.addObject()
                .put("role", role.role())
                .put("phase", role.phase())
                .put("reason", role.reason()));
        captured.ifPresent(far -> report.putObject("captured")
                .put("toMillis", far.to().toEpochMilli())
                .put("lagMillis", far.lag().toMillis())
                .put("copied", far.copied()));
        return report.toString();
    }

    /** Reads what {@link #toJson()} wrote, be it in a newer version: what is not known is left out. */
    public static MemberReport parse(String json) {
        try {
            JsonNode report = JSON.readTree(json);
            List<RoleStatus> roles = new ArrayList<>();
            report.path("roles")
                    .forEach(role -> roles.add(new RoleStatus(
                            role.path("role").asText(),
                            role.path("phase").asText(),
                            role.path("reason").asText())));
            JsonNode captured = report.path("captured");
            return new MemberReport(
                    roles,
                    captured.isObject()
                            ? Optional.of(new Captured(
                                    Instant.ofEpochMilli(
                                            captured.path("toMillis").asLong()),
                                    Duration.ofMillis(captured.path("lagMillis").asLong()),
                                    captured.path("copied").asBoolean()))
                            : Optional.empty());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a member's report is not JSON", e);
        }
    }
}
