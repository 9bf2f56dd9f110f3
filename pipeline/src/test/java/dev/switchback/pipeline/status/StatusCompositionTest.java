package dev.switchback.pipeline.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.connectors.postgres.CheckpointRow;
import dev.switchback.connectors.postgres.Conflicts;
import dev.switchback.connectors.postgres.Members;
import dev.switchback.connectors.postgres.ReplicationSlot;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.status.MemberReport.Captured;
import dev.switchback.pipeline.status.Status.RoleStatus;
import dev.switchback.pipeline.status.Status.TableStatus;
import dev.switchback.pipeline.status.StatusReader.DestinationView;
import dev.switchback.pipeline.status.StatusReader.SourceView;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

class StatusCompositionTest {

    private static final String TOPIC = "stores.forward.public.store";
    private final Instant now = Instant.now();
    private final Members.Entry running = member(now, "STREAMING", "", Duration.ZERO);

    private MigrationFile file;

    @BeforeEach
    void readFile(@TempDir Path directory) throws Exception {
        Path path = Files.writeString(
                directory.resolve("stores.yaml"),
                """
                migration: stores
                source: {url: "postgresql://old/shop", user: sb, password: x}
                destination: {url: "postgresql://new/shop", user: sb, password: x}
                tables: {public.store: {to: public.shop}}
                capture: {slot_lag_warning: 1MB}
                """);
        file = MigrationFile.read(path, Map.of());
    }

    @Test
    void withNothingUnderWayAMigrationIsIdle() {
        Status status = compose(view(List.of(row("a", 0, 10, 0, now.minusSeconds(60))), running), Optional.empty());

        assertThat(status.idle()).isTrue();
        assertThat(status.lag()).isZero();
        assertThat(status.copied()).isTrue();
        assertThat(status.warnings()).isEmpty();
    }

    @Test
    void aChangeThatWaitsInKafkaIsTheLag() {
        Status status =
                compose(view(List.of(), running), Optional.of(Instant.now().minusSeconds(30)));

        assertThat(status.idle()).isFalse();
        assertThat(status.lag()).isCloseTo(Duration.ofSeconds(30), Duration.ofSeconds(5));
    }

    @Test
    void aTransactionThatCaptureHasNotGotThroughIsTheLag() {
        Members.Entry reading = member(now, "STREAMING", "", Duration.ofSeconds(20));

        Status status = compose(view(List.of(), reading), Optional.empty());

        assertThat(status.lag()).isEqualTo(Duration.ofSeconds(20));
        assertThat(status.idle()).isFalse();
    }

    @Test
    void withoutCaptureTheLagCountsFromWhereItHadGot() {
        Members.Entry dead = member(now.minusSeconds(300), "STREAMING", "", Duration.ZERO);

        Status status = compose(view(List.of(), dead), Optional.empty());

        assertThat(status.lag()).isCloseTo(Duration.ofSeconds(300), Duration.ofSeconds(5));
        assertThat(status.members().get(0).alive()).isFalse();
        assertThat(status.warnings()).containsExactly("Nothing runs this migration; start it with switchback run.");
    }

    /** It sends heartbeats of its own, none of which it sees come through. */
    @Test
    void aProcessThatWaitsForAnothersCaptureDoesNotTellTheLag() {
        Members.Entry waiting =
                member(now, "RESTARTING", "another capture of this migration is at work", Duration.ofSeconds(25));

        assertThat(compose(view(List.of(), running, waiting), Optional.empty()).lag())
                .isZero();
        assertThat(compose(view(List.of(), waiting, running), Optional.empty()).lag())
                .isZero();
    }

    @Test
    void whereTheOneThatCapturedIsGoneTheLagCountsFromWhereItHadGot() {
        Members.Entry dead = member(now.minusSeconds(30), "STREAMING", "", Duration.ZERO);
        Members.Entry waiting = member(
                now, now.minusSeconds(90), "RESTARTING", "another capture of this migration is at work", Duration.ZERO);

        assertThat(compose(view(List.of(), dead, waiting), Optional.empty()).lag())
                .isCloseTo(Duration.ofSeconds(30), Duration.ofSeconds(5));
        assertThat(compose(view(List.of(), waiting), Optional.empty()).lag())
                .isCloseTo(Duration.ofSeconds(90), Duration.ofSeconds(5));
    }

    @Test
    void whatHasJustArrivedTellsTheLagOfARunningStream() {
        CheckpointRow fresh = row("a", 0, 0, 5, now.minusMillis(100));

        Status status = compose(view(List.of(fresh), running), Optional.empty());

        assertThat(status.lag()).isEqualTo(Duration.ofMillis(40));
        assertThat(status.idle()).isFalse();
    }

    @Test
    void rowsArePerTableOverAllItsPartitions() {
        Status status = compose(
                view(
                        List.of(row("a", 0, 10, 1, now.minusSeconds(9)), row("a", 1, 20, 2, now.minusSeconds(9))),
                        running),
                Optional.empty());

        assertThat(status.tables())
                .containsExactly(new TableStatus("public.store", "public.shop", 30, 1000, 3, Conflicts.Counts.NONE));
    }

    @Test
    void aTopicThatWasCreatedAgainCountsInItsPresentLifeOnly() {
        Status status = compose(
                view(
                        List.of(row("old", 0, 99, 9, now.minusSeconds(900)), row("new", 0, 10, 1, now.minusSeconds(9))),
                        running),
                Optional.empty());

        assertThat(status.rowsCopied()).isEqualTo(10);
    }

    @Test
    void theRateIsWhatCameSinceTheReadingBefore() {
        DestinationView before = new DestinationView(
                List.of(row("a", 0, 100, 0, now)), 0, Map.of(), Map.of(), List.of(), now.minusSeconds(2));
        DestinationView after = view(List.of(row("a", 0, 500, 100, now)), running);

        Status status = new StatusComposition(
                        file, file.flow(), source(0, null), before, after, Optional.empty(), List.of())
                .status(Instant.now());

        assertThat(status.rowsPerSecond()).isCloseTo(250, within(0.1));
    }

    @Test
    void warningsNameWhatAnOperatorShouldLookAt() {
        Members.Entry waiting = member(now, "RESTARTING", "the source does not answer", Duration.ZERO);
        DestinationView after = new DestinationView(List.of(), 3, Map.of(), Map.of(), List.of(waiting), now);

        Status status = new StatusComposition(
                        file,
                        file.flow(),
                        source(2 << 20, null),
                        DestinationView.NOTHING,
                        after,
                        Optional.empty(),
                        List.of())
                .status(Instant.now());

        assertThat(status.warnings())
                .containsExactly(
                        "capture is RESTARTING: the source does not answer",
                        "The source keeps 2 MB of log that the slot switchback_stores_forward has not read, more than"
                                + " 1 MB: see that capture runs before the disk fills.",
                        "3 changes are held; see switchback held.");
    }

    @Test
    void aLostSlotIsAWarning() {
        Status status = new StatusComposition(
                        file,
                        file.flow(),
                        source(0, "wal_removed"),
                        DestinationView.NOTHING,
                        view(List.of(), running),
                        Optional.empty(),
                        List.of())
                .status(Instant.now());

        assertThat(status.warnings()).singleElement().asString().contains("can be read no more (wal_removed)");
    }

    @Test
    void nothingIsClaimedOfADestinationThatDoesNotAnswer() {
        Problem silent = new Problem(Problem.Kind.UNREACHABLE, "destination", "It does not answer.", "Start it.");

        Status status = new StatusComposition(
                        file,
                        file.flow(),
                        source(0, null),
                        DestinationView.NOTHING,
                        DestinationView.NOTHING,
                        Optional.empty(),
                        List.of(silent))
                .status(Instant.now());

        assertThat(status.known()).isFalse();
        assertThat(status.idle()).isFalse();
        assertThat(status.warnings()).isEmpty();
    }

    private Status compose(DestinationView view, Optional<Instant> oldestWaiting) {
        return new StatusComposition(
                        file, file.flow(), source(0, null), DestinationView.NOTHING, view, oldestWaiting, List.of())
                .status(Instant.now());
    }

    private SourceView source(long lagBytes, @Nullable String lost) {
        return new SourceView(
                Map.of(TableId.parse("public.store"), 1000L),
                now,
                Optional.of(new ReplicationSlot.State(
                        "switchback_stores_forward", "shop", "pgoutput", 7, 1, lagBytes, lagBytes, lost)));
    }

    private DestinationView view(List<CheckpointRow> checkpoints, Members.Entry... members) {
        return new DestinationView(checkpoints, 0, Map.of(), Map.of(), List.of(members), now);
    }

    private Members.Entry member(Instant seen, String capture, String reason, Duration lag) {
        return member(seen, seen, capture, reason, lag);
    }

    private Members.Entry member(Instant seen, Instant capturedTo, String capture, String reason, Duration lag) {
        MemberReport report = new MemberReport(
                List.of(new RoleStatus("capture", capture, reason), new RoleStatus("apply", "RUNNING", "")),
                Optional.of(new Captured(capturedTo, lag, true)));
        return new Members.Entry("host-1", seen, seen, now, report.toJson());
    }

    private static CheckpointRow row(String topicId, int partition, long copied, long changes, Instant applied) {
        return new CheckpointRow(
                new InputPartition(TOPIC, topicId, partition),
                new Checkpoint(copied + changes, 1),
                copied,
                changes,
                applied.minusMillis(40),
                applied);
    }
}
