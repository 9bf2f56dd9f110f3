package dev.switchback.benchmarks;

import java.util.List;

import dev.switchback.benchmarks.contender.BulkSql;
import dev.switchback.benchmarks.contender.ConnectPipeline;
import dev.switchback.benchmarks.contender.ConnectSink;
import dev.switchback.benchmarks.contender.ConnectSource;
import dev.switchback.benchmarks.contender.Contender;
import dev.switchback.benchmarks.contender.DebeziumEngine;
import dev.switchback.benchmarks.contender.NativeReplication;
import dev.switchback.benchmarks.contender.Switchback;
import dev.switchback.benchmarks.contender.SwitchbackFlow;

/** What is compared, and who takes part; Switchback's part, where it has one, comes first. */
enum Scenario {
    MAPPING("One change of a row through a compiled mapping, in one thread."),
    CAPTURE("The log into change topics: changes a second while catching up with a backlog.") {
        @Override
        List<Contender> contenders(SwitchbackFlow flow) {
            return List.of(Switchback.capture(flow), new DebeziumEngine(), new ConnectSource());
        }
    },
    APPLY("Change topics into the destination: changes a second while catching up with a backlog.") {
        @Override
        List<Contender> contenders(SwitchbackFlow flow) {
            return List.of(Switchback.apply(flow), new ConnectSink(), new BulkSql(flow));
        }
    },
    JOIN("As stream, on tables that it has copied itself, through the mutation topic, since a filter needs rows to be"
            + " remembered, and without it."),
    SCALE("Change topics into the destination as in apply, by several members of the consumer group.") {
        @Override
        List<Contender> contenders(SwitchbackFlow flow) {
            return List.of(Switchback.apply(flow), Switchback.members(flow, 2), Switchback.members(flow, 4));
        }
    },
    TABLES("As stream, on tables that it has copied itself, with the changes spread over many tables, and in one:"
            + " Switchback beside itself, and native replication for what the servers alone take."),
    SOAK(
            "The whole pipeline in one process with 1 GiB of heap,"
                    + " beside two sessions that make changes as fast as they can, a hundred to a transaction, for ten minutes."),
    STREAM(
            "From the source's log to the destination, all at once: changes a second while catching up with a backlog.") {
        @Override
        List<Contender> contenders(SwitchbackFlow flow) {
            return List.of(Switchback.whole(flow), new NativeReplication(), new ConnectPipeline());
        }
    },
    LATENCY("From the source's commit until a session at the destination sees the row, under a constant load.") {
        @Override
        List<Contender> contenders(SwitchbackFlow flow) {
            return List.of(Switchback.whole(flow), new NativeReplication(), new ConnectPipeline());
        }
    },
    CUTOVER(
            "From the last write that the old side acknowledged to the first that the new side did, as eight writers see"
                    + " it that hold connections to both and know nothing of the schedule.");

    private final String what;

    Scenario(String what) {
        this.what = what;
    }

    String what() {
        return what;
    }

    /** None where Switchback is measured by itself. */
    List<Contender> contenders(SwitchbackFlow flow) {
        return List.of();
    }
}
