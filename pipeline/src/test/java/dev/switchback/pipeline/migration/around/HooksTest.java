package dev.switchback.pipeline.migration.around;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.pipeline.file.OperationSettings.Action;
import dev.switchback.pipeline.file.OperationSettings.Hook;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

@Timeout(60)
class HooksTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private static Parts.Hook hook(Action action, Duration timeout, int tries) {
        return new Hooks("shop", Map.of())
                .of(List.of(new Hook("shop.yaml:7, hook", action, timeout, tries)))
                .get(0);
    }

    private Action shell(String script) {
        return new Action.Command(List.of("/bin/sh", "-c", "cd " + directory + "; " + script));
    }

    @Test
    void aWebhookIsToldWhichSideTakesWrites() throws IOException {
        try (Receiver receiver = new Receiver()) {
            hook(new Action.Post(receiver.webhook()), SOON, 1).run(Side.DESTINATION);

            assertThat(receiver.bodies).containsExactly("{\"migration\":\"shop\",\"takesWrites\":\"destination\"}");
            assertThat(receiver.authorizations).containsExactly("Bearer hush");
        }
    }

    @Test
    void itIsTriedAgainUntilItWorks() throws IOException {
        try (Receiver receiver = new Receiver()) {
            receiver.statuses.addAll(List.of(503, 500));
            hook(new Action.Post(receiver.webhook()), SOON, 3).run(Side.SOURCE);
            assertThat(receiver.bodies).hasSize(3);
        }
    }

    @Test
    void whatFailsEachTimeIsReportedWithoutItsSecrets() throws IOException {
        try (Receiver receiver = new Receiver()) {
            receiver.statuses.addAll(List.of(503, 404));
            Parts.Hook hook = hook(new Action.Post(receiver.webhook()), SOON, 2);

            assertThatThrownBy(() -> hook.run(Side.SOURCE))
                    .isInstanceOf(ProblemException.class)
                    .hasMessage("shop.yaml:7, hook: The hook was tried 2 times in vain; webhook at localhost"
                            + " (with Authorization): It answered with status 404. See that its address and headers are"
                            + " right, and what its log says.")
                    .hasMessageNotContaining("t0ken");
        }
    }

    @Test
    void oneThatDoesNotAnswerIsGivenUp() throws IOException {
        try (Receiver receiver = new Receiver()) {
            receiver.answers = new CountDownLatch(1);
            Parts.Hook hook = hook(new Action.Post(receiver.webhook()), Duration.ofMillis(200), 2);

            assertThatThrownBy(() -> hook.run(Side.SOURCE))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            e -> assertThat(e.problems().get(0).kind()).isEqualTo(Problem.Kind.UNREACHABLE))
                    .hasMessageContaining("did not answer within 200 ms");
            receiver.answers.countDown();
        }
    }

    @Test
    void aCommandKnowsMigrationAndSide() throws IOException {
        hook(shell("echo $SWITCHBACK_MIGRATION $SWITCHBACK_SIDE > told"), SOON, 1)
                .run(Side.DESTINATION);
        assertThat(directory.resolve("told")).hasContent("shop destination");
    }

    @Test
    void aCommandThatFailsAtFirstIsRunAgain() throws IOException {
        hook(shell("echo . >> tries; test $(wc -l < tries) -ge 2"), SOON, 3).run(Side.DESTINATION);
        assertThat(Files.readAllLines(directory.resolve("tries"))).hasSize(2);

        assertThatThrownBy(() ->
                        hook(shell("echo it is not there; exit 4"), SOON, 1).run(Side.SOURCE))
                .hasMessageContaining("tried once in vain")
                .hasMessageContaining("exit code 4 after it had printed: it is not there");
    }

    @Test
    void oneThatWasToldToStopDoesNotWait() {
        Parts.Hook hook = hook(shell("exit 1"), SOON, 20);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> hook.run(Side.SOURCE)).isInstanceOf(ProblemException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
