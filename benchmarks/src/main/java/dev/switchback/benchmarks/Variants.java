package dev.switchback.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.switchback.benchmarks.contender.Running;
import dev.switchback.benchmarks.machine.Profile;
import dev.switchback.benchmarks.report.Outcome;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.report.Standing;
import dev.switchback.benchmarks.stage.ManyTables;
import dev.switchback.benchmarks.stage.Size;
import dev.switchback.benchmarks.stage.Stage;

/** Switchback beside itself: the same changes, by a pipeline that has copied the tables and goes on behind a backlog. */
final class Variants {

    /** Takes every row; that a large value may be left out of the log keeps it from being judged by one change alone. */
    private static final String FILTER = "account >= 0 OR note IS NULL";

    private static final int MANY = 400;
    private static final int MANY_QUICK = 20;

    /** Who takes longer for a run is given up. */
    private static final Duration LIMIT = Duration.ofMinutes(15);

    private final Size size;
    private final boolean quick;
    private final Path logs;
    private final PrintStream progress;
    private final Rounds rounds;
    private final @Nullable Path profiles;
    private final Predicate<String> invited;
    private final Facts facts;

    /**
     * One way to run it.
     *
     * @param label names its profile; empty where it is not to have one
     * @param copied lets it copy the tables
     */
    private record Variant(
            String name, String label, int tables, String settings, BiFunction<Stage, ManyTables, Follower> copied) {

        /**
         * @param declared what the migration file says of each table
         * @param topics what it says of their topics
         */
        static Variant own(String name, String label, int tables, String declared, String topics) {
            return new Variant(
                    name,
                    label,
                    tables,
                    topics.equals("{}") ? "all by default" : "topics: " + topics,
                    (stage, all) -> OwnPipeline.copied(stage, all, declared, topics));
        }

        static Variant nativeReplication(int tables) {
            return new Variant(
                    "native logical replication, " + counted(tables),
                    "",
                    tables,
                    "CREATE PUBLICATION, CREATE SUBSCRIPTION WITH (binary), all else by default: one apply worker with"
                            + " synchronous_commit = off",
                    NativeFollower::copied);
        }

        static String counted(int tables) {
            return tables == 1 ? "1 table" : tables + " tables";
        }
    }

    /**
     * @param profiles where the profiles of Switchback's variants go, if they are to be profiled
     * @param invited by their names, who may take part besides the first
     */
    Variants(
            Size size,
            boolean quick,
            Path logs,
            PrintStream progress,
            Rounds rounds,
            @Nullable Path profiles,
            Predicate<String> invited,
            Facts facts) {
        this.size = size;
        this.quick = quick;
        this.logs = logs;
        this.progress = progress;
        this.rounds = rounds;
        this.profiles = profiles;
        this.invited = invited;
        this.facts = facts;
    }

    /** Through the mutation topic, and without. */
    Outcome joined() throws InterruptedException {
        return measure(
                Scenario.JOIN,
                Variant.own(
                        "Switchback, through the mutation topic",
                        "through",
                        1,
                        "{select: SELECT * FROM bench WHERE " + FILTER + "}",
                        "{}"),
                Variant.own("Switchback, without", "without", 1, "{}", "{}"));
    }

    /** Many tables, and one; also for the two servers alone. */
    Outcome tables() throws InterruptedException {
        int many = quick ? MANY_QUICK : MANY;
        return measure(
                Scenario.TABLES,
                Variant.own(
                        "Switchback, " + Variant.counted(many), "many", many, "{}", quick ? "{shared: true}" : "{}"),
                Variant.own("Switchback, 1 table", "one", 1, "{}", "{}"),
                Variant.nativeReplication(many),
                Variant.nativeReplication(1));
    }

    /** The first, beside which the others stand, and whoever else is wanted. */
    private List<Variant> invited(Variant... variants) {
        return Stream.of(variants)
                .filter(variant -> variant.equals(variants[0]) || invited.test(variant.name()))
                .toList();
    }

    private Outcome measure(Scenario scenario, Variant... variants) throws InterruptedException {
        List<Track> tracks = new ArrayList<>();
        try {
            for (Variant variant : invited(variants)) {
                progress.println("  " + variant.name() + ": copying…");
                tracks.add(new Track(variant));
            }
            Map<String, String> known = facts.of(tracks.get(0).stage);
            rounds.play(tracks, Track::run);
            for (Track track : tracks) {
                if (profiles != null && !track.variant.label().isEmpty()) {
                    track.profile(profiles, scenario.name().toLowerCase(Locale.ROOT) + "-" + track.variant.label());
                }
            }
            List<Standing> standings = tracks.stream()
                    .map(track -> new Standing(track.variant.name(), track.variant.settings(), track.runs))
                    .toList();
            return new Outcome(
                    scenario.name().toLowerCase(Locale.ROOT),
                    scenario.what(),
                    "changes/s",
                    quick,
                    known,
                    standings.get(0),
                    standings.subList(1, standings.size()));
        } finally {
            tracks.forEach(Track::close);
        }
    }

    /** A variant on a stage of its own, which goes on where its last run ended: the more runs, the more was moved. */
    private final class Track implements AutoCloseable {

        private final Variant variant;
        private final Stage stage;
        private final ManyTables all;
        private final Follower follower;
        private final List<Run> runs = new ArrayList<>();

        Track(Variant variant) {
            this.variant = variant;
            this.stage = Stage.open(size, logs);
            try {
                this.all = ManyTables.create(stage, variant.tables());
                this.follower = variant.copied().apply(stage, all);
            } catch (RuntimeException | Error e) {
                stage.close();
                throw e;
            }
        }

        void run() throws InterruptedException {
            Run run = measured();
            runs.add(run);
            progress.printf(
                    Locale.ROOT,
                    "  %-42s %s%n",
                    variant.name(),
                    run.right() ? String.format(Locale.ROOT, "%,.0f changes/s", run.value()) : "WRONG: " + run.wrong());
        }

        void profile(Path texts, String scenario) throws InterruptedException {
            try {
                Path recordings = Files.createDirectories(stage.directory().resolve("recordings"));
                stage.record(recordings);
                progress.printf(
                        "  %-42s profiled %s%n", variant.name(), measured().wrong());
                Profile.write(recordings, texts, scenario, facts.here());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Run measured() throws InterruptedException {
            try {
                String begin = stage.logEnd();
                all.change(size.changes());
                return catchUp(stage, follower, all, begin, follower.mark());
            } catch (RuntimeException | SQLException | AssertionError e) {
                return Run.failed(e);
            }
        }

        @Override
        public void close() {
            follower.close();
            stage.close();
        }
    }

    private Run catchUp(Stage stage, Follower follower, ManyTables all, String begin, BooleanSupplier applied)
            throws SQLException, InterruptedException {
        stage.settle();
        try (Running running = follower.start()) {
            Meter meter = Meter.of(stage, running);
            Patience patience = new Patience(running, meter, LIMIT);
            patience.until(() -> stage.isReadUpTo(begin));
            long began = System.nanoTime();
            meter.begin();
            patience.until(applied::getAsBoolean);
            long nanos = System.nanoTime() - began;
            meter.end();
            return new Run(
                    size.changes() * 1e9 / nanos,
                    meter.details(nanos, size.changes()),
                    meter.cpuSecondsPerMillion(size.changes()),
                    meter.peakMebibytes(),
                    all.differences());
        }
    }
}
