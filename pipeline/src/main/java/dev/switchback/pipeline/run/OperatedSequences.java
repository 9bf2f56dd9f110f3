package dev.switchback.pipeline.run;

import java.util.EnumMap;
import java.util.Map;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.sequences.Reading;
import dev.switchback.connectors.postgres.sequences.SequenceHandOver;
import dev.switchback.connectors.postgres.sequences.SequenceHandOver.Handed;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.pipeline.plan.Plan;

/** The sequences of both sides. Not thread-safe. */
final class OperatedSequences implements Parts.Sequences {

    private final Map<Side, SequenceHandOver> handOvers = new EnumMap<>(Side.class);
    private final Map<Side, Reading> observed = new EnumMap<>(Side.class);

    OperatedSequences(Plan plan, PostgresConnections source, PostgresConnections destination) {
        handOvers.put(Side.SOURCE, of(plan.forward(), source, destination));
        handOvers.put(Side.DESTINATION, of(plan.back(), destination, source));
    }

    private static SequenceHandOver of(FlowPlan flow, PostgresConnections from, PostgresConnections to) {
        return new SequenceHandOver(
                from, to, flow.tables().stream().map(PlannedTable::pair).toList());
    }

    private SequenceHandOver from(Side side) {
        return handOvers.computeIfAbsent(side, unknown -> {
            throw new IllegalStateException("no sequences of the " + unknown);
        });
    }

    @Override
    public void observe(Side from) {
        observed.put(from, from(from).observe());
    }

    @Override
    public int handOver(Side from) {
        SequenceHandOver handOver = from(from);
        Reading earlier = observed.computeIfAbsent(from, side -> handOver.observe());
        return (int) handOver.handOver(earlier).stream().filter(Handed::moved).count();
    }
}
