package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.cases.NothingCommitted;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.pipeline.topology.InputLog;
import dev.switchback.transforms.problem.Problem;

/** A destination that is behind Kafka is an older state of itself: what lies between would never be applied. */
class ResumptionTest {

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void aDestinationThatLacksChangesIsRefused() {
        destination.setCheckpoint(ChangeLog.input(STORE), new Checkpoint(3, 0));

        Problem problem = problem(new Group(8, InputLog.Content.RECORDS));

        assertThat(problem.where()).isEqualTo("topic stores.forward.public.store, partition 0");
        assertThat(problem.what()).contains("up to offset 3").contains("up to offset 8");
        assertThat(problem.remedy()).contains("--reset-offsets");
    }

    @Test
    void aDestinationWhoseMissingChangesRetentionRemovedIsRefused() {
        destination.setCheckpoint(ChangeLog.input(STORE), new Checkpoint(3, 0));

        assertThat(problem(new Group(8, InputLog.Content.REMOVED)).what()).contains("retention has removed");
    }

    @Test
    void aDestinationThatIsAheadOfTheTopicsEndIsRefused() {
        destination.setCheckpoint(ChangeLog.input(STORE), new Checkpoint(11, 0));

        Problem problem = problem(new Group(8, InputLog.Content.RECORDS));

        assertThat(problem.what()).contains("up to offset 11").contains("ends at offset 10");
        assertThat(problem.remedy()).contains("new migration name");
    }

    @Test
    void transactionMarkersInBetweenAreNoGap() {
        destination.setCheckpoint(ChangeLog.input(STORE), new Checkpoint(1, 0));
        log.insert(STORE, 1L, "Basel", null);
        log.insert(STORE, 2L, "Bern", null);

        try (ApplyMember member = member(new Group(2, InputLog.Content.NOTHING))) {
            member.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[2, Bern, null]");
    }

    @Test
    void aDestinationThatIsAheadSkips() {
        destination.setCheckpoint(ChangeLog.input(STORE), new Checkpoint(1, 0));
        log.insert(STORE, 1L, "Basel", null);

        try (ApplyMember member = member(new Group(0, InputLog.Content.RECORDS))) {
            member.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).isEmpty();
    }

    @Test
    void aTopicThatWasCreatedAgainIsRefused() {
        destination.setCheckpoint(
                new InputPartition(ChangeLog.topic(STORE), "the id it had before", 0), new Checkpoint(3, 0));

        assertThat(problem(NothingCommitted.INSTANCE).where()).contains(ChangeLog.topic(STORE));
    }

    private Problem problem(InputLog kafka) {
        List<Problem> problems =
                ApplyMember.problem(catchThrowable(() -> member(kafka).close())).problems();
        assertThat(problems).hasSize(1);
        return problems.get(0);
    }

    private ApplyMember member(InputLog kafka) {
        return new ApplyMember(log, destination, BufferBounds.DEFAULT, ApplyListener.NONE, kafka);
    }

    /** A group that has committed an offset in a topic of ten records, and what Kafka finds before it. */
    private record Group(long committed, Content content) implements InputLog {

        @Override
        public Map<InputPartition, Long> ends(Collection<InputPartition> inputs) {
            return Map.of(ChangeLog.input(STORE), 10L);
        }

        @Override
        public Map<InputPartition, Long> resumesAt(Collection<InputPartition> inputs) {
            return Map.of(ChangeLog.input(STORE), committed);
        }

        @Override
        public Map<InputPartition, Content> contents(Map<InputPartition, Range> ranges) {
            return ranges.keySet().stream().collect(Collectors.toMap(Function.identity(), input -> content));
        }
    }
}
