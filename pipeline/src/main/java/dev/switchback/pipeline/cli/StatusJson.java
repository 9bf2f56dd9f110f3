package dev.switchback.pipeline.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.switchback.pipeline.status.Status;

/** A status as JSON. The names are an interface: they may be added to, and not changed. */
final class StatusJson {

    private static final JsonMapper JSON = new JsonMapper();

    private StatusJson() {}

    static ObjectNode of(Status status) {
        ObjectNode json = JSON.createObjectNode()
                .put("migration", status.migration())
                .put("at", status.at().toString())
                .put("known", status.known())
                .put("copied", status.copied())
                .put("rowsCopied", status.rowsCopied())
                .put("rowsEstimated", status.rowsEstimated())
                .put("changesApplied", status.changesApplied())
                .put("rowsPerSecond", Math.round(status.rowsPerSecond()))
                .put("lagMillis", status.lag().toMillis())
                .put("idle", status.idle())
                .put("held", status.held());
        ArrayNode tables = json.putArray("tables");
        status.tables().forEach(table -> tables.addObject()
                .put("table", table.table())
                .put("destination", table.destination())
                .put("rowsCopied", table.rowsCopied())
                .put("rowsEstimated", table.rowsEstimated())
                .put("changesApplied", table.changesApplied())
                .put("declined", table.conflicts().declined())
                .put("differing", table.conflicts().differing()));
        status.slot().ifPresent(slot -> json.putObject("slot")
                .put("name", slot.name())
                .put("active", slot.active())
                .put("lagBytes", slot.lagBytes())
                .put("retainedBytes", slot.retainedBytes()));
        ArrayNode members = json.putArray("members");
        status.members().forEach(member -> member(members.addObject(), member));
        status.warnings().forEach(json.putArray("warnings")::add);
        ArrayNode problems = json.putArray("problems");
        status.problems().forEach(problem -> problems.add(problem.toString()));
        return json;
    }

    private static void member(ObjectNode json, Status.MemberStatus member) {
        json.put("member", member.name())
                .put("alive", member.alive())
                .put("lastSeen", member.lastSeen().toString());
        ArrayNode roles = json.putArray("roles");
        member.roles().forEach(role -> roles.addObject()
                .put("role", role.role())
                .put("phase", role.phase())
                .put("reason", role.reason()));
    }
}
