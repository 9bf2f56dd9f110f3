package dev.switchback.pipeline.migration.around;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.pipeline.file.OperationSettings.Webhook;
import dev.switchback.pipeline.file.Secret;
import dev.switchback.pipeline.migration.Step;
import dev.switchback.pipeline.migration.operation.Announcer;

@Timeout(60)
class WebhookAnnouncerTest {

    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-02T12:00:00.123Z"), ZoneOffset.UTC);

    private static WebhookAnnouncer announcer(Duration closeWithin, Webhook... webhooks) {
        return new WebhookAnnouncer("shop: cutover", List.of(webhooks), NOON, closeWithin);
    }

    private static WebhookAnnouncer announcer(Webhook... webhooks) {
        return announcer(Duration.ofSeconds(20), webhooks);
    }

    @Test
    void everyStepIsPostedInOrderAsSlackTakesIt() throws IOException {
        try (Receiver receiver = new Receiver()) {
            try (WebhookAnnouncer announcer = announcer(receiver.webhook())) {
                announcer.begun(Step.CHECK);
                announcer.done(Step.CHECK, Duration.ofMillis(35));
                announcer.begun(Step.FENCE);
                announcer.switched();
                announcer.hookFailed("shop.yaml:7, sql", "it said \"no\"");
                announcer.undoing("too late");
            }
            assertThat(receiver.bodies)
                    .containsExactly(
                            "{\"text\":\"shop: cutover 12:00:00.123 UTC: check done in 35 ms\"}",
                            "{\"text\":\"shop: cutover 12:00:00.123 UTC: closing the fence: writes are refused from here on\"}",
                            "{\"text\":\"shop: cutover 12:00:00.123 UTC: SWITCHED: from here on it is finished, not undone\"}",
                            "{\"text\":\"shop: cutover 12:00:00.123 UTC: a hook failed: it said \\\"no\\\"\"}",
                            "{\"text\":\"shop: cutover 12:00:00.123 UTC: undoing: too late\"}");
            assertThat(receiver.authorizations).containsOnly("Bearer hush");
        }
    }

    @Test
    void aReceiverThatDoesNotAnswerHoldsNobodyUp() throws IOException {
        try (Receiver receiver = new Receiver()) {
            receiver.answers = new CountDownLatch(1);
            long begun = System.nanoTime();
            try (WebhookAnnouncer announcer = announcer(Duration.ofMillis(200), receiver.webhook())) {
                for (int i = 0; i < 2_000; i++) {
                    announcer.done(Step.CHECK, Duration.ofMillis(i));
                }
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
            receiver.answers.countDown();
        }
    }

    @Test
    void whatWasLeftOutIsCounted() throws IOException {
        try (Receiver receiver = new Receiver()) {
            receiver.answers = new CountDownLatch(1);
            try (WebhookAnnouncer announcer = announcer(receiver.webhook())) {
                for (int i = 0; i < 300; i++) {
                    announcer.done(Step.CHECK, Duration.ofMillis(i));
                }
                receiver.answers.countDown();
            }
            assertThat(receiver.bodies).hasSizeBetween(200, 202);
            assertThat(receiver.bodies)
                    .filteredOn(body -> body.contains("messages were left out"))
                    .isNotEmpty();
        }
    }

    @Test
    void oneThatFailsKeepsNothingFromTheOthers() throws IOException {
        try (Receiver receiver = new Receiver()) {
            receiver.statuses.addAll(List.of(500, 404));
            Webhook nobody = new Webhook(new Secret("http://localhost:1/x"), Map.of());
            try (WebhookAnnouncer announcer = announcer(nobody, receiver.webhook())) {
                announcer.switched();
                announcer.switched();
                announcer.switched();
            }
            assertThat(receiver.bodies).hasSize(3);
        }
    }

    @Test
    void anAnnouncerThatThrowsIsNotTheOperationsConcern() {
        List<Step> told = new ArrayList<>();
        Announcer throwing = new Announcer() {
            @Override
            public void begun(Step step) {
                throw new IllegalStateException("broken");
            }
        };
        Announcer telling = new Announcer() {
            @Override
            public void begun(Step step) {
                told.add(step);
            }
        };

        new Announcers(List.of(throwing, telling)).begun(Step.ARM);

        assertThat(told).containsExactly(Step.ARM);
    }
}
