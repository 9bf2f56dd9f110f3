package dev.switchback.pipeline.file;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.switchback.pipeline.file.MigrationFile.Apply;
import dev.switchback.pipeline.file.MigrationFile.Capture;
import dev.switchback.pipeline.file.MigrationFile.Metrics;
import dev.switchback.pipeline.file.MigrationFile.Topics;

/** Checks the sections of numbers that may all be left out, each number against its bounds. */
final class TuningReader {

    private final YamlTree tree;

    TuningReader(YamlTree tree) {
        this.tree = tree;
    }

    Topics topics(MigrationDocument.@Nullable Topics section) {
        Topics defaults = Topics.DEFAULT;
        return section == null
                ? defaults
                : new Topics(
                        within("topics/partitions", section.partitions(), defaults.partitions(), 1, 1_000),
                        within("topics/replication", section.replication(), defaults.replication(), 1, 100),
                        atLeast("topics/retention", section.retention(), defaults.retention(), Duration.ofHours(1)),
                        atLeast(
                                "topics/record_limit",
                                section.recordLimit(),
                                defaults.recordLimit(),
                                1 << 20,
                                96 << 20),
                        Optional.ofNullable(section.shared()));
    }

    Apply apply(MigrationDocument.@Nullable Apply section) {
        Apply defaults = Apply.DEFAULT;
        return section == null
                ? defaults
                : new Apply(
                        within("apply/threads", section.threads(), defaults.threads(), 1, 64),
                        within("apply/rows", section.rows(), defaults.rows(), 1, 100_000),
                        atLeast("apply/bytes", section.bytes(), defaults.bytes(), 1 << 16, 1 << 30),
                        atLeast("apply/age", section.age(), defaults.age(), Duration.ofMillis(1)),
                        within("apply/held_limit", section.heldLimit(), defaults.heldLimit(), 1, 10_000_000));
    }

    Capture capture(MigrationDocument.@Nullable Capture section) {
        Capture defaults = Capture.DEFAULT;
        return section == null
                ? defaults
                : new Capture(
                        atLeast("capture/heartbeat", section.heartbeat(), defaults.heartbeat(), Duration.ofMillis(100)),
                        atLeast(
                                "capture/slot_timeout",
                                section.slotTimeout(),
                                defaults.slotTimeout(),
                                Duration.ofSeconds(1)),
                        Objects.requireNonNullElse(section.slotLagWarning(), defaults.slotLagWarning()));
    }

    Metrics metrics(MigrationDocument.@Nullable Metrics section) {
        Metrics defaults = Metrics.DEFAULT;
        return section == null
                ? defaults
                : new Metrics(
                        within("metrics/port", section.port(), defaults.port(), 0, 65_535),
                        Objects.requireNonNullElse(section.host(), defaults.host()));
    }

    private int within(String place, @Nullable Integer value, int otherwise, int least, int most) {
        if (value == null) {
            return otherwise;
        }
        if (value < least || value > most) {
            tree.problem(
                    place,
                    place.replace('/', '.') + " is out of bounds.",
                    "Choose a number from " + least + " to " + most + ".");
        }
        return value;
    }

    private Duration atLeast(String place, @Nullable Duration value, Duration otherwise, Duration least) {
        if (value == null) {
            return otherwise;
        }
        if (value.compareTo(least) < 0) {
            tree.problem(
                    place, place.replace('/', '.') + " is too short.", "Choose " + Durations.text(least) + " or more.");
        }
        return value;
    }

    private ByteSize atLeast(String place, @Nullable ByteSize value, ByteSize otherwise, long least, long most) {
        if (value == null) {
            return otherwise;
        }
        if (value.bytes() < least || value.bytes() > most) {
            tree.problem(
                    place,
                    place.replace('/', '.') + " is out of bounds.",
                    "Choose a size from " + new ByteSize(least) + " to " + new ByteSize(most) + ".");
        }
        return value;
    }
}
