package dev.switchback.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.connectors.postgres.fence.RevokeFence;
import dev.switchback.connectors.postgres.fence.TriggerFence;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.pipeline.file.OperationSettings;
import dev.switchback.pipeline.file.OperationSettings.Action;
import dev.switchback.pipeline.file.OperationSettings.Hook;
import dev.switchback.pipeline.file.OperationSettings.On;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.Step;
import dev.switchback.pipeline.migration.around.Fences;
import dev.switchback.pipeline.migration.around.Hooks;
import dev.switchback.pipeline.migration.check.Checks;
import dev.switchback.pipeline.migration.check.LagCheck;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.pipeline.migration.teardown.Completion;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/** What is made of the file around an operation, on two real databases. */
@Timeout(120)
class ChecksTest {

    private static final TableId ITEM = TableId.parse("public.item");
    private static final Problem HELD =
            new Problem(Problem.Kind.REFUSED, "flow shop.forward", "3 changes are held.", "Retry them.");

    private static Platform platform;
    private static EmbeddedDatabase source;
    private static EmbeddedDatabase destination;
    private static Map<Side, PostgresConnections> databases;

    private IntFunction<@Nullable Problem> held = look -> null;
    private int looks;
    private Optional<Duration> lag = Optional.of(Duration.ZERO);

    @BeforeAll
    static void start() throws SQLException {
        platform = Platform.databases("shop", Map.of("max_prepared_transactions", "5"));
        source = platform.source();
        destination = platform.destination();
        databases = Map.of(
                Side.SOURCE, new PostgresConnections("source", source.settings()),
                Side.DESTINATION, new PostgresConnections("destination", destination.settings()));
        for (PostgresConnections database : databases.values()) {
            try (Connection connection = database.open()) {
                ControlSchema.create(connection);
                ControlSchema.register(connection, "shop");
            }
        }
        source.execute("CREATE TABLE item (id serial PRIMARY KEY, name text)");
        destination.execute("CREATE TABLE item (id bigserial PRIMARY KEY, name text)");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private Checks checks(Map<Side, Fence> fences) {
        Parts.Applying flow = new Parts.Applying() {
            @Override
            public void prove(Authority authority, Runnable asking) {}

            @Override
            public boolean applied(long watermark) {
                return true;
            }

            @Override
            public Optional<Problem> held() {
                return Optional.ofNullable(held.apply(looks++));
            }

            @Override
            public void retryHeld() {
                throw new UnsupportedOperationException("a check only looks");
            }
        };
        List<TablePair> tables = List.of(new TablePair(
                ITEM, ITEM, List.of(new ColumnPair("id", "id"), new ColumnPair("name", "name")), List.of("id")));
        return Checks.of(new Checks.Subjects(
                databases,
                fences,
                Map.of(Direction.FORWARD, flow, Direction.REVERSE, flow),
                tables,
                ends -> lag,
                Duration.ofSeconds(10)));
    }

    private static Map<Side, Fence> triggers() {
        return Map.of(
                Side.SOURCE, fence(OperationSettings.DEFAULT, Side.SOURCE),
                Side.DESTINATION, fence(OperationSettings.DEFAULT, Side.DESTINATION));
    }

    private static Fence fence(OperationSettings settings, Side side) {
        PostgresConnections database = Objects.requireNonNull(databases.get(side));
        return Fences.of(settings, side, database, "shop", List.of(ITEM));
    }

    @Test
    void beforeAnythingIsArmedAHealthyMigrationHasNoFindings() {
        Checks checks = checks(triggers());
        assertThat(checks.problems(Direction.FORWARD)).isEmpty();
        assertThat(checks.problems(Direction.REVERSE)).isEmpty();
        assertThat(checks.findings()).hasSize(5);
    }

    @Test
    void whatIsHeldForAMomentStandsInNobodysWay() {
        held = look -> look < 2 ? HELD : null;

        assertThat(checks(triggers()).problems(Direction.FORWARD)).isEmpty();
        assertThat(looks).isEqualTo(3);
    }

    @Test
    void everythingThatStandsInTheWayIsSaidAtOnce() throws SQLException {
        held = look -> HELD;
        lag = Optional.of(Duration.ofSeconds(42));
        source.execute("BEGIN", "INSERT INTO item (id) VALUES (7)", "PREPARE TRANSACTION 'left behind'");
        destination.execute("SELECT setval('item_id_seq', 9223372036854775000)");
        try {
            assertThat(checks(triggers()).problems(Direction.FORWARD))
                    .extracting(Problem::what)
                    .anyMatch(what -> what.contains("the prepared transaction 'left behind'"))
                    .contains(HELD.what())
                    .anyMatch(what -> what.startsWith("It is 42 s behind"))
                    .anyMatch(what -> what.startsWith("Sequence public.item_id_seq of public.item.id has 807 numbers"));
        } finally {
            source.execute("ROLLBACK PREPARED 'left behind'");
            destination.execute("SELECT setval('item_id_seq', 1)");
        }
    }

    @Test
    void aKeyNearItsEndIsANoticeOnTheSideThatIsLeftAndAProblemOnTheOneThatTakesOver() {
        source.execute("INSERT INTO item (id) VALUES (2147483000)");
        try {
            Checks checks = checks(triggers());
            assertThat(checks.problems(Direction.FORWARD)).isEmpty();
            assertThat(checks.notices(Direction.FORWARD))
                    .anyMatch(notice -> notice.contains("Key column public.item.id is integer and has 647 numbers left")
                            && notice.endsWith("A way back would lead there."));
            assertThat(checks.problems(Direction.REVERSE))
                    .extracting(Problem::what)
                    .anyMatch(what -> what.startsWith("Key column public.item.id is integer and has 647"));
        } finally {
            source.execute("DELETE FROM item WHERE id = 2147483000");
        }
    }

    @Test
    void aLagThatAProcessSaidBeforeItsStartIsLookedAtAgain() {
        Iterator<Duration> said = List.of(Duration.ofSeconds(42), Duration.ofSeconds(41), Duration.ZERO)
                .iterator();
        LagCheck check = new LagCheck(ends -> Optional.of(said.next()), LagCheck.BOUND);
        assertThat(check.problems(Direction.FORWARD)).isEmpty();
        assertThat(said.hasNext()).isFalse();
    }

    @Test
    void whatCannotBeLookedAtIsAProblemToo() {
        held = look -> {
            throw new DestinationException("it is away", new IllegalStateException());
        };
        lag = Optional.empty();
        assertThat(checks(triggers()).problems(Direction.FORWARD))
                .extracting(Problem::what)
                .anyMatch(what -> what.startsWith("It cannot be looked: it is away"))
                .anyMatch(what -> what.equals("Nobody can tell how far behind it is."));
    }

    @Test
    void theFileChoosesTheFenceOfEachSide() {
        OperationSettings settings = new OperationSettings(
                new OperationSettings.Fence.Revoke(List.of("app")),
                new OperationSettings.Fence.Triggers(),
                List.of(),
                List.of());
        assertThat(fence(settings, Side.SOURCE)).isInstanceOf(RevokeFence.class);
        assertThat(fence(settings, Side.DESTINATION)).isInstanceOf(TriggerFence.class);
    }

    @Test
    void aHookRunsItsStatementOnTheSideThatItNames() throws SQLException {
        try (Connection connection = destination.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS told (what text)");
        }
        hook("INSERT INTO told VALUES ('moved')", On.NEW).run(Side.DESTINATION);
        hook("INSERT INTO told VALUES ('left')", On.OLD).run(Side.SOURCE);
        assertThat(destination.value("SELECT string_agg(what, ',' ORDER BY what) FROM told"))
                .isEqualTo("left,moved");

        assertThatThrownBy(() -> hook("SELECT pg_sleep(60)", On.SOURCE).run(Side.DESTINATION))
                .hasMessageContaining("tried once in vain; source ")
                .hasMessageContaining("57014");
    }

    private static List<String> obstacles(MigrationState state, boolean giveUp) {
        return new Completion("shop", databases)
                .obstacles(Optional.of(state), giveUp).stream()
                        .map(Problem::what)
                        .toList();
    }

    @Test
    void aMigrationThatIsSwitchedMayBeCompletedAndAnotherOneOnlyByWhoSaysSo() {
        MigrationState switched = new MigrationState(Phase.SWITCHED, Direction.REVERSE, 20, 2, true, Optional.empty());
        MigrationState reverted = new MigrationState(Phase.REVERTED, Direction.FORWARD, 40, 3, true, Optional.empty());

        assertThat(obstacles(switched, false)).isEmpty();
        assertThat(obstacles(reverted, false))
                .singleElement()
                .asString()
                .startsWith("shop is reverted, not switched: the source takes writes");
        assertThat(obstacles(reverted, true)).isEmpty();
    }

    @Test
    void whatIsUnderWayOrAliveKeepsItFromBeingCompletedWhateverIsSaid() {
        Running running = new Running(
                Operation.REVERT,
                Duration.ofSeconds(5),
                3,
                "ana@ops",
                Instant.EPOCH,
                List.of(),
                Optional.empty(),
                false,
                Running.Outcome.UNDECIDED,
                Optional.of(Step.ARM));
        MigrationState busy = new MigrationState(Phase.SWITCHED, Direction.REVERSE, 20, 3, true, Optional.of(running));
        source.execute("INSERT INTO switchback.member (migration, direction, member, report)"
                + " VALUES ('shop', 'reverse', 'm1', '{}')");
        try {
            assertThat(obstacles(busy, true))
                    .containsExactly(
                            "A revert of ana@ops is under way since 1970-01-01T00:00:00Z, at step arm.",
                            "switchback run is alive: m1, seen at the source within the last 10 s.");
        } finally {
            source.execute("DELETE FROM switchback.member");
        }
    }

    private static Parts.Hook hook(String sql, On on) {
        return new Hooks("shop", databases)
                .of(List.of(new Hook("shop.yaml:9, sql", new Action.Sql(sql, on), Duration.ofSeconds(1), 1)))
                .get(0);
    }
}
