package dev.switchback.pipeline.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.switchback.connectors.debezium.CaptureState;
import dev.switchback.connectors.postgres.Members;
import dev.switchback.pipeline.status.Status.RoleStatus;

/**
 * What a process says of itself, kept at the destination for {@code status} in other processes.
 *
 * @param captured how far its capture is; empty without that role
 */
public record MemberReport(List<RoleStatus> roles, Optional<Captured> captured) {

    private static final JsonMapper JSON = new JsonMapper();

    private static final Set<String> READING = Stream.of(CaptureState.Phase.values())
            .filter(CaptureState.Phase::isReading)
            .map(CaptureState.Phase::toString)
            .collect(Collectors.toSet());

    /**
     * How far capture is, by heartbeats that went through the source's log.
     *
     * @param to everything that the source had committed by then is in Kafka, by the source's clock
     * @param lag how long the oldest heartbeat that has not come through has been under way; zero if none is late
     * @param copied whether the tables as they were at the beginning are in Kafka, so that only changes follow
     */
    public record Captured(Instant to, Duration lag, boolean copied) {}

    /**
     * The process that captures, or did last, be it alive or not. One that waits for another one's capture to end knows no
     * more than where that was when it began to wait.
     */
    public static Optional<Members.Entry> capturing(List<Members.Entry> members) {
        Comparator<Members.Entry> atWork = Comparator.comparing(
                entry -> StatusComposition.alive(entry) && parse(entry.report()).captures());
        return members.stream()
                .filter(entry -> parse(entry.report()).captured().isPresent())
                .max(atWork.thenComparing(
                        entry -> parse(entry.report()).captured().orElseThrow().to()));
    }

    /** What the process that captures, or did last, said of it. */
    public static Optional<Captured> latestCaptured(List<Members.Entry> members) {
        return capturing(members).flatMap(entry -> parse(entry.report()).captured());
    }

    /** Whether it is this process that reads the source's log. */
    boolean captures() {
        return captured.isPresent()
                && roles.stream().anyMatch(role -> role.role().endsWith("capture") && READING.contains(role.phase()));
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
