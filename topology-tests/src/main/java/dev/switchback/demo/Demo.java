package dev.switchback.demo;

import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.switchback.demo.DemoResult.Move;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.operation.Announcer;
import dev.switchback.pipeline.migration.operation.Timings;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.platform.WriteLoad;
import dev.switchback.transforms.problem.ProblemException;

/** The demo's story, from two empty servers to the verdict. Used once. */
public final class Demo {

    private static final int WRITERS = 8;
    private static final long SEED = 42;

    /** A transaction changes four rows on average. */
    private static final int TRANSACTIONS_PER_SECOND = 550;

    private static final int DIFFERENCES_SHOWN = 5;

    /** Followed closely enough to measure: what the source commits now is at the destination within this time. */
    private static final Duration CAUGHT_UP = Duration.ofMillis(500);

    /** How long the writers go on at the side that they went over to. */
    private static final Duration BETWEEN_MOVES = Duration.ofSeconds(3);

    private static final Duration GONE_OVER = Duration.ofSeconds(30);

    private final Screen screen;
    private final Duration following;
    private final boolean corrupt;
    private final List<Operation> operations;
    private final int attempts;
    private int pace = TRANSACTIONS_PER_SECOND;

    /**
     * @param following how long the writers go on once everything is copied
     * @param operations how the writes are moved, in this order
     * @param attempts how often each of them is begun, should it be undone
     * @param corrupt whether to change a row of the destination behind its back before the tables are compared
     */
    Demo(Screen screen, Duration following, List<Operation> operations, int attempts, boolean corrupt) {
        this.screen = screen;
        this.following = following;
        this.operations = List.copyOf(operations);
        this.attempts = attempts;
        this.corrupt = corrupt;
    }

    /**
     * Moves the writes there and back, again and again, under the demo's load; for the benchmark.
     *
     * @param roundTrips how often there, and how often back
     * @param progress where the demo's story goes
     * @throws ProblemException when the migration halted, or a move was undone
     */
    public static DemoResult roundTrips(int roundTrips, PrintStream progress)
            throws SQLException, InterruptedException {
        List<Operation> operations = new ArrayList<>();
        for (int trip = 0; trip < roundTrips; trip++) {
            operations.addAll(List.of(Operation.CUTOVER, Operation.REVERT));
        }
        return new Demo(Screen.plain(progress), Duration.ofSeconds(5), operations, 1, false).run();
    }

    DemoResult run() throws SQLException, InterruptedException {
        screen.line("");
        screen.line("  "
                + screen.strong("A shop moves to another PostgreSQL server, back, and there again, while " + WRITERS
                        + " writers keep writing."));
        screen.line("");
        screen.progress("starting two servers");
        Stopwatch watch = new Stopwatch();
        try (Platform platform =
                Platform.databases(Shop.DATABASE, Map.of("track_commit_timestamp", "on", "fsync", "on"))) {
            Path file = prepare(platform);
            long rows = Shop.rows(platform.source());
            screen.done(
                    text("Two servers, and %,d rows in %d tables at the source", rows, Shop.TABLES.size()),
                    watch.lap());
            screen.line("    One of them, " + Shop.STORE.name() + ", moves by a lookup to a key of two columns:");
            Shop.STORE_SELECT.lines().forEach(line -> screen.line("      " + line));
            return migrate(platform, file, watch);
        }
    }

    private Path prepare(Platform platform) {
        EmbeddedDatabase source = platform.source();
        EmbeddedDatabase destination = platform.destination();
        Shop.createSourceTables(source);
        Shop.createDestinationTables(destination);
        screen.progress("filling the source");
        Shop.seed(source);
        return Shop.migrationFile(
                platform.directory(), Shop.createMigrationUser(source), Shop.createMigrationUser(destination));
    }

    private DemoResult migrate(Platform platform, Path file, Stopwatch watch)
            throws SQLException, InterruptedException {
        Stopwatch writing = new Stopwatch();
        List<Move> moves = new ArrayList<>();
        WriteLoad load = WriteLoad.start(
                List.of(platform.source(), platform.destination()),
                WRITERS,
                SEED,
                TRANSACTIONS_PER_SECOND,
                new ShopWriter(WRITERS));
        try (load;
                Migration migration = Migration.run(file, platform.directory().resolve("data"))) {
            screen.done("Started switchback run " + file.getFileName(), watch.lap());
            CommitLag lag = follow(platform, migration, load, watch);
            for (Operation operation : operations) {
                Move move = move(migration, operation, load, moves.size() + 1);
                moves.add(move);
                screen.done(moved(move), watch.lap());
                TimeUnit.MILLISECONDS.sleep(BETWEEN_MOVES.toMillis());
            }
            load.close();
            Duration wrote = writing.lap();
            screen.progress("draining");
            migration.drain();
            screen.done("Writers stopped; drained, by a watermark in every partition", watch.lap());
            // What is changed behind its back from here on, nothing carries to the other side any more.
            migration.close();
            return verdict(platform, load, wrote, lag, moves, watch);
        }
    }

    private CommitLag follow(Platform platform, Migration migration, WriteLoad load, Stopwatch watch)
            throws SQLException {
        try (Follower follower = new Follower(migration, platform)) {
            copy(follower, load, Shop.rows(platform.source()));
            screen.done(
                    text("Copied %,d rows while the writers went on, and caught up", follower.rowsCopied()),
                    watch.lap());
            long sinceMicros = System.currentTimeMillis() * 1000;
            follow(follower, load);
            screen.done(text("Followed every change; %,d row changes by now", load.changes()), watch.lap());
            CommitLag lag = CommitLag.measure(platform.source(), platform.destination(), Shop.COPIED, sinceMicros);
            watch.lap();
            return lag;
        }
    }

    private Move move(Migration migration, Operation operation, WriteLoad load, int turns) throws InterruptedException {
        Timings timings = attempted(migration, operation, load);
        Stopwatch watch = new Stopwatch();
        while (load.turns().size() < turns) {
            load.rethrowFailure();
            if (watch.running().compareTo(GONE_OVER) > 0) {
                throw new IllegalStateException("the writers did not go over to the " + operation.to());
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return new Move(operation, load.turns().get(turns - 1).pause().toMillis(), timings.steps());
    }

    /**
     * On a slow machine it may be too far behind for writers to wait; all is then as it was, and it is begun again while they
     * write half as fast.
     */
    private Timings attempted(Migration migration, Operation operation, WriteLoad load) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            screen.progress(operation + ": making ready");
            try {
                return migration.move(operation, Announcer.NOBODY);
            } catch (ProblemException undone) {
                if (attempt == attempts) {
                    throw undone;
                }
                pace /= 2;
                load.limit(pace);
                screen.failed(text(
                        "%s undone, and begun again, with at most %d transactions a second from here on: %s",
                        operation, pace, undone.problems().get(0).what()));
                TimeUnit.MILLISECONDS.sleep(BETWEEN_MOVES.toMillis());
            }
        }
    }

    private static String moved(Move move) {
        return text(
                "%s: the %s takes writes; pause of %d ms, as the writers saw it",
                move.operation() == Operation.CUTOVER ? "Cutover" : "Revert",
                move.operation().to(),
                move.pauseMillis());
    }

    private void copy(Follower follower, WriteLoad load, long rows) throws SQLException {
        Duration roundTrip;
        do {
            roundTrip = follower.roundTrip(() -> {
                load.rethrowFailure();
                screen.progress(copying(follower, load, rows));
            });
        } while (roundTrip.compareTo(CAUGHT_UP) > 0);
    }

    private static String copying(Follower follower, WriteLoad load, long rows) {
        long copied = follower.rowsCopied();
        // The first change of the log comes behind the last row of the copy.
        return follower.changesApplied() == 0
                ? text(
                        "copying: %,d of %,d rows, %,d changed meanwhile",
                        copied, Math.max(copied, rows), load.changes())
                : text("catching up: %,d of %,d row changes", follower.changesApplied(), load.changes());
    }

    private void follow(Follower follower, WriteLoad load) throws SQLException {
        long before = load.changes();
        Stopwatch watch = new Stopwatch();
        while (watch.running().compareTo(following) < 0) {
            Duration roundTrip = follower.roundTrip(load::rethrowFailure);
            screen.progress(text(
                    "following: %d of %d s, %,.0f row changes a second, %d ms behind",
                    watch.running().toSeconds(),
                    following.toSeconds(),
                    (load.changes() - before) / seconds(watch.running()),
                    roundTrip.toMillis()));
        }
    }

    private DemoResult verdict(
            Platform platform, WriteLoad load, Duration wrote, CommitLag lag, List<Move> moves, Stopwatch watch) {
        EmbeddedDatabase source = platform.source();
        EmbeddedDatabase destination = platform.destination();
        boolean there = operations.get(operations.size() - 1) == Operation.CUTOVER;
        long lost = lost(there ? destination : source, load);
        if (corrupt) {
            corrupt(destination);
        }
        screen.progress("comparing every row");
        List<TableCompare.Result> tables = TableCompare.compare(
                source, destination, Shop.TABLES, Map.of(Shop.STORE, Shop.STORE_SELECT), DIFFERENCES_SHOWN);
        DemoResult result = new DemoResult(
                tables,
                tables.stream().mapToLong(TableCompare.Result::rows).sum(),
                load.changes(),
                load.changes() / seconds(wrote),
                lag.quantile(0.5),
                lag.quantile(0.99),
                lost,
                Shop.lostStores(source),
                moves);
        String compared = text(
                "Compared every row of %d tables, %s by its SELECT at the source", tables.size(), Shop.STORE.name());
        if (result.equal()) {
            screen.done(compared, watch.lap());
        } else {
            screen.failed(compared);
        }
        summarize(result, load, wrote, lag);
        return result;
    }

    private void summarize(DemoResult result, WriteLoad load, Duration wrote, CommitLag lag) {
        screen.line("");
        screen.line("  result   " + screen.strong(result.equal() ? "equal" : "different"));
        screen.line(text("  rows     %,d", result.rows()));
        screen.line(text(
                "  changes  %,d in %d s, %,.0f a second",
                result.changes(), wrote.toSeconds(), result.changesPerSecond()));
        screen.line(text(
                "  lag      %,d ms for half of the rows, %,d ms for 99 %% of them",
                result.lagMillisP50(), result.lagMillisP99()));
        screen.line(text("           from commit to commit, by both servers' own timestamps of %,d rows", lag.count()));
        for (Move move : result.moves()) {
            screen.line(text("  %-8s pause of %,d ms", move.operation(), move.pauseMillis()));
        }
        screen.line(text("  lost     %,d of %,d acknowledged transactions", result.lost(), load.transactions()));
        screen.line(
                text("           %,d of %,d stores at the source, closed ones too", result.lostStores(), Shop.STORES));
        if (result.differences() > 0) {
            screen.line("");
            screen.line(text("  %,d rows are not the same:", result.differences()));
            result.tables().stream()
                    .flatMap(table -> table.first().stream())
                    .limit(DIFFERENCES_SHOWN)
                    .forEach(difference -> screen.line("    " + difference));
        }
        screen.line("");
    }

    /** How many acknowledged transactions left no receipt. */
    private static long lost(EmbeddedDatabase side, WriteLoad load) {
        long lost = 0;
        for (int writer = 0; writer < WRITERS; writer++) {
            String found = side.value("SELECT count(*) FROM receipt WHERE writer = " + writer + " AND number < "
                    + load.acknowledged(writer));
            lost += load.acknowledged(writer) - Long.parseLong(found);
        }
        return lost;
    }

    private static void corrupt(EmbeddedDatabase destination) {
        destination.execute("UPDATE order_item SET quantity = quantity + 1 WHERE (order_id, line) ="
                + " (SELECT order_id, line FROM order_item ORDER BY order_id DESC, line LIMIT 1)");
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
