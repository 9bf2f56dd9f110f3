package dev.switchback.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.migration.operation.Announcer;
import dev.switchback.pipeline.migration.operation.Cutover;
import dev.switchback.pipeline.migration.operation.Outcome;
import dev.switchback.pipeline.migration.operation.Settings;
import dev.switchback.pipeline.migration.operation.Timings;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.run.Operations;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.platform.WriteLoad;

/** The writes go there and back, under load, as often as one likes. */
@Timeout(300)
class RoundTripsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest(name = "tables share a topic: {0}")
    @ValueSource(booleans = {false, true})
    void threeRoundTripsUnderLoadLoseNothingAndEndEqual(boolean shared) throws Exception {
        try (Platform platform = Platform.databases("shop", Map.of())) {
            Site.create(platform);
            Plan plan = Site.plan(platform, shared);
            Path data = platform.directory().resolve("data");
            try (Pipeline pipeline = Pipeline.start(plan, RunSettings.everything(data));
                    WriteLoad load = Site.write(platform, 1_000)) {
                Await.until(
                        "the copy to be done", PATIENCE, () -> pipeline.status().copied());
                assertThat(pipeline.drain(PATIENCE)).isTrue();
                KafkaAccess kafka = KafkaAccess.existing(plan.file(), data);
                awaitPhase(plan, kafka, Phase.FOLLOWING);
                for (int trip = 0; trip < 3; trip++) {
                    move(plan, kafka, Operation.CUTOVER, load, 2 * trip + 1);
                    move(plan, kafka, Operation.REVERT, load, 2 * trip + 2);
                }
                load.close();
                assertThat(pipeline.drain(PATIENCE)).isTrue();
                assertThat(Site.lost(platform.source(), load)).isZero();
                assertEqual(platform);
                System.out.println("turns: " + load.turns());
            }
        }
    }

    private static void move(Plan plan, KafkaAccess kafka, Operation operation, WriteLoad load, int turns) {
        Timings timings = new Timings(Announcer.NOBODY);
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            Outcome outcome = new Cutover(operation, operations.parts(), Settings.DEFAULTS, timings).run();
            System.out.println(operation + " " + timings.pause() + " " + timings.steps());
            assertThat(outcome).isInstanceOf(Outcome.Done.class);
        }
        Await.until(
                "the writers to have gone over", PATIENCE, () -> load.turns().size() >= turns);
        assertThat(load.turns()).hasSize(turns);
    }

    private static void awaitPhase(Plan plan, KafkaAccess kafka, Phase phase) {
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            Await.until(
                    "the migration to be " + phase,
                    PATIENCE,
                    () -> operations.parts().ledger().read().phase() == phase);
        }
    }

    private static void assertEqual(Platform platform) {
        EmbeddedDatabase source = platform.source();
        List<TableCompare.Result> results = TableCompare.compare(source, platform.destination(), Site.TABLES, 5);
        assertThat(results).allSatisfy(result -> assertThat(result.first()).isEmpty());
        assertThat(results).allSatisfy(result -> assertThat(result.rows()).isPositive());
    }
}
