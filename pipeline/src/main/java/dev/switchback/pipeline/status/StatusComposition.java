package dev.switchback.pipeline.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.CheckpointRow;
import dev.switchback.connectors.postgres.Conflicts;
import dev.switchback.connectors.postgres.Members;
import dev.switchback.connectors.postgres.ReplicationSlot;
import dev.switchback.connectors.spi.Batch.TableCount;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.ByteSize;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.status.MemberReport.Captured;
import dev.switchback.pipeline.status.Status.MemberStatus;
import dev.switchback.pipeline.status.Status.SlotStatus;
import dev.switchback.pipeline.status.Status.TableStatus;
import dev.switchback.pipeline.status.StatusReader.DestinationView;
import dev.switchback.pipeline.status.StatusReader.SourceView;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/**
 * Makes one status of what the systems showed. A delay that nothing waits through is none: what counts is the oldest thing
 * that is still under way, be it in the source's log (known by heartbeats) or in Kafka, and what has just arrived.
 */
final class StatusComposition {

    /** A process says something each second. */
    private static final Duration ALIVE = Duration.ofSeconds(10);

    private static final Duration JUST_NOW = Duration.ofSeconds(2);

    private final MigrationFile file;
    private final Flow flow;
    private final SourceView source;
    private final DestinationView before;
    private final DestinationView now;
    private final Optional<Instant> oldestWaiting;
    private final List<Problem> problems;

    StatusComposition(
            MigrationFile file,
            Flow flow,
            SourceView source,
            DestinationView before,
            DestinationView now,
            Optional<Instant> oldestWaiting,
            List<Problem> problems) {
        this.file = file;
        this.flow = flow;
        this.source = source;
        this.before = before;
        this.now = now;
        this.oldestWaiting = oldestWaiting;
        this.problems = problems;
    }

    /** @param begun when what it is made of began to be read */
    Status status(Instant begun) {
        Duration lag = longest(captureLag(), longest(waiting(), justArrived()));
        return new Status(
                file.migration(),
                begun,
                known(),
                MemberReport.latestCaptured(now.members()).map(Captured::copied).orElse(false),
                tables(),
                rowsPerSecond(),
                lag,
                known() && problems.isEmpty() && lag.isZero() && oldestWaiting.isEmpty(),
                now.held(),
                source.slot().map(StatusComposition::slot),
                now.members().stream().map(this::member).toList(),
                warnings(),
                problems);
    }

    private boolean known() {
        return now.at().isAfter(DestinationView.NOTHING.at());
    }

    private List<TableStatus> tables() {
        Map<String, List<CheckpointRow>> byTopic = currentCheckpoints(now.checkpoints());
        return file.tables().values().stream()
                .map(table -> {
                    List<CheckpointRow> rows = byTopic.getOrDefault(
                            flow.changeTopic(read(table, flow)),
                            byTopic.getOrDefault(flow.mutationTopic(written(table, flow)), List.of()));
                    TableId from = read(table, flow);
                    TableCount among = now.counts().getOrDefault(from, new TableCount(from, 0, 0));
                    return new TableStatus(
                            from.toString(),
                            written(table, flow).toString(),
                            among.rowsCopied()
                                    + rows.stream()
                                            .mapToLong(CheckpointRow::rowsCopied)
                                            .sum(),
                            source.estimates().getOrDefault(from, 0L),
                            among.changesApplied()
                                    + rows.stream()
                                            .mapToLong(CheckpointRow::changesApplied)
                                            .sum(),
                            now.conflicts().getOrDefault(written(table, flow), Conflicts.Counts.NONE));
                })
                .toList();
    }

    /** The tables that a flow reads. */
    static List<TableId> read(MigrationFile file, Flow flow) {
        return file.tables().values().stream().map(table -> read(table, flow)).toList();
    }

    private static TableId read(MigrationFile.Table table, Flow flow) {
        return flow.direction() == Direction.FORWARD ? table.source() : table.destination();
    }

    static TableId written(MigrationFile.Table table, Flow flow) {
        return flow.direction() == Direction.FORWARD ? table.destination() : table.source();
    }

    /** Of a topic that was deleted and created again, the rows of its present life. */
    private static Map<String, List<CheckpointRow>> currentCheckpoints(List<CheckpointRow> checkpoints) {
        Map<String, CheckpointRow> newest = new HashMap<>();
        for (CheckpointRow row : checkpoints) {
            newest.merge(
                    row.input().topic(), row, (one, other) -> appliedAt(other).isAfter(appliedAt(one)) ? other : one);
        }
        Map<String, List<CheckpointRow>> current = new HashMap<>();
        for (CheckpointRow row : checkpoints) {
            CheckpointRow example = newest.get(row.input().topic());
            if (example != null && example.input().topicId().equals(row.input().topicId())) {
                current.computeIfAbsent(row.input().topic(), topic -> new ArrayList<>())
                        .add(row);
            }
        }
        return current;
    }

    private static Instant appliedAt(CheckpointRow row) {
        return Objects.requireNonNullElse(row.appliedAt(), Instant.EPOCH);
    }

    private double rowsPerSecond() {
        double seconds = Duration.between(before.at(), now.at()).toNanos() / 1e9;
        boolean first = before.at().equals(Instant.EPOCH);
        return first || seconds <= 0 ? 0 : Math.max(0, rows(now) - rows(before)) / seconds;
    }

    private static long rows(DestinationView view) {
        return view.checkpoints().stream()
                .mapToLong(row -> row.rowsCopied() + row.changesApplied())
                .sum();
    }

    private Duration captureLag() {
        return MemberReport.capturing(now.members())
                .map(StatusComposition::captureLag)
                .orElse(Duration.ZERO);
    }

    private static Duration captureLag(Members.Entry entry) {
        MemberReport report = MemberReport.parse(entry.report());
        Captured far = report.captured().orElseThrow();
        return alive(entry) && report.captures() ? far.lag() : notNegative(Duration.between(far.to(), Instant.now()));
    }

    private Duration waiting() {
        return oldestWaiting
                .map(commit -> notNegative(Duration.between(commit, Instant.now())))
                .orElse(Duration.ZERO);
    }

    private Duration justArrived() {
        Duration longest = Duration.ZERO;
        for (CheckpointRow row : now.checkpoints()) {
            @Nullable Instant commit = row.sourceCommitAt();
            Instant applied = appliedAt(row);
            if (commit != null && Duration.between(applied, now.at()).compareTo(JUST_NOW) < 0) {
                longest = longest(longest, notNegative(Duration.between(commit, applied)));
            }
        }
        return longest;
    }

    private static Duration notNegative(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static SlotStatus slot(ReplicationSlot.State state) {
        return new SlotStatus(state.name(), state.activePid() != null, state.lagBytes(), state.retainedBytes());
    }

    private MemberStatus member(Members.Entry entry) {
        return new MemberStatus(
                entry.member(), MemberReport.parse(entry.report()).roles(), entry.seenAt(), alive(entry));
    }

    static boolean alive(Members.Entry entry) {
        return Duration.between(entry.seenAt(), entry.now()).compareTo(ALIVE) < 0;
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (known() && now.members().stream().noneMatch(StatusComposition::alive)) {
            warnings.add("Nothing runs this migration; start it with switchback run.");
        }
        now.members().stream()
                .filter(StatusComposition::alive)
                .forEach(entry -> MemberReport.parse(entry.report()).roles().forEach(role -> {
                    if (!role.reason().isEmpty()) {
                        warnings.add(role.role() + " is " + role.phase() + ": " + role.reason());
                    }
                }));
        source.slot().ifPresent(slot -> slotWarnings(slot, warnings));
        if (now.held() > 0) {
            warnings.add(now.held() + " changes are held; see switchback held.");
        }
        return warnings;
    }

    private void slotWarnings(ReplicationSlot.State slot, List<String> warnings) {
        ByteSize bound = file.capture().slotLagWarning();
        if (slot.lost() != null) {
            warnings.add("The slot " + slot.name() + " can be read no more (" + slot.lost()
                    + "): changes are missing, and the tables must be copied again.");
        }
        if (slot.lagBytes() > bound.bytes()) {
            warnings.add("The source keeps " + new ByteSize(slot.lagBytes()) + " of log that the slot " + slot.name()
                    + " has not read, more than " + bound + ": see that capture runs before the disk fills.");
        }
    }
}
