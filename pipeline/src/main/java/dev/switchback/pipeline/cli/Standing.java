package dev.switchback.pipeline.cli;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.Side;

/** Where a migration stands by its ledger, for people and as JSON. */
record Standing(String migration, MigrationState state) {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    /** In one sentence, or two where an operation is under way. */
    @Override
    public String toString() {
        String stands =
                migration + " is " + state.phase() + ", " + state.applies() + " applies, " + truth() + " takes writes.";
        return state.operation()
                .map(running -> stands + " " + underWay(running))
                .orElse(stands);
    }

    private String truth() {
        return state.sourceOfTruth().map(side -> "the " + side).orElse("neither side");
    }

    private static String underWay(Running running) {
        return "A " + running.operation() + " of " + running.operator() + " is under way since "
                + TIME.format(running.since())
                + running.reached().map(step -> ", at step " + step).orElse("") + ".";
    }

    /** The command that ends what is under way, should its operator be gone. */
    static String remedy(Running running) {
        return "If its operator is gone, switchback " + running.operation() + " FILE --take-over "
                + (running.outcome() == Running.Outcome.SWITCHED ? "finishes" : "undoes") + " it.";
    }

    void addTo(ObjectNode json) {
        json.put("phase", state.phase().toString());
        json.put("sourceOfTruth", state.sourceOfTruth().map(Side::toString).orElse("none"));
        json.put("applies", state.applies().lowerCase());
        state.operation().ifPresent(running -> {
            ObjectNode operation = json.putObject("operation")
                    .put("operation", running.operation().toString())
                    .put("operator", running.operator())
                    .put("since", running.since().toString())
                    .put("remedy", remedy(running));
            running.reached().ifPresent(step -> operation.put("step", step.toString()));
        });
    }
}
