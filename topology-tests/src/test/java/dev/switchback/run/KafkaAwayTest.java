package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.platform.Await;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.ChildProcess.Command;
import dev.switchback.platform.Platform;

/** A run with a Kafka of the operator's own, which stops to answer. */
@Timeout(300)
class KafkaAwayTest {

    private static final Duration END_WITHIN = Duration.ofSeconds(10);
    private static final String TABLES = "  public.item: {}\n";

    private static Platform platform;
    private static ChildProcess broker;
    private static String kafka;

    @BeforeAll
    static void start() {
        platform = Platform.databases("shop", Map.of());
        Tables.create(platform, "item", "id int PRIMARY KEY, name text");
        broker = ChildProcess.start(
                Command.of(
                        "broker",
                        BrokerMain.class,
                        platform.directory().resolve("broker").toString()),
                platform.directory());
        broker.awaitOutput(";", Tables.PATIENCE);
        kafka = broker.output().replaceAll("(?s).*listens on (.*?);.*", "$1");
    }

    @AfterAll
    static void stop() {
        broker.close();
        platform.close();
    }

    @Test
    void sigtermEndsTheRunInTimeAndFreesTheSlotAlthoughKafkaDoesNotAnswer() {
        try (Operator operator = new Operator(platform, "items", TABLES)) {
            operator.declare(
                    platform.source().settings(),
                    platform.destination().settings(),
                    "metrics: {port: 0}\nkafka: {bootstrap.servers: \"" + kafka + "\"}",
                    TABLES);
            ChildProcess run = operator.start("run");
            run.awaitOutput("copied 0 rows", Tables.PATIENCE);
            platform.source().execute("INSERT INTO item VALUES (1, 'before')");
            Tables.awaitEqual(platform, "item");

            broker.freeze();
            try {
                platform.source().execute("INSERT INTO item SELECT i, 'meanwhile' FROM generate_series(2, 1000) i");
                assertThat(Tables.activeSlots(platform)).isEqualTo("switchback_items_forward");
                run.terminate();

                assertThat(run.awaitExit(END_WITHIN)).isZero();
                Await.until("the slot to be free", END_WITHIN, () -> "none".equals(Tables.activeSlots(platform)));
            } finally {
                broker.thaw();
            }

            operator.start("run");
            Tables.awaitEqual(platform, "item");
        }
    }
}
