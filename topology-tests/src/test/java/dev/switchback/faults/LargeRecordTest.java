package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.faults.Roles.Members;

/** A change that Kafka does not take: nothing behind it is let past it, and it goes through when Kafka does take it. */
@Tag("campaign")
class LargeRecordTest {

    private static final long SEED = Long.getLong("faults.seed", 1);
    private static final long LARGE = 7_000_001;

    @Test
    void aRecordTooLargeForTheBrokerStopsCaptureUntilTheBrokerTakesIt() throws Exception {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            limit(run, 100_000);
            run.platform
                    .source()
                    .execute("INSERT INTO bulk SELECT " + LARGE + ", nextval('version'), repeat('x', 200000)");
            run.roles.process(FaultRun.CAPTURE).awaitOutput(CaptureMain.HALTED, FaultRun.PATIENCE);
            assertThat(run.roles.process(FaultRun.CAPTURE).awaitExit(FaultRun.PATIENCE))
                    .isEqualTo(1);
            assertThat(run.roles.process(FaultRun.CAPTURE).output())
                    .contains("public.bulk (id=" + LARGE + ")")
                    .contains("max.message.bytes of the topic faults.forward.public.bulk");
            // What commits from here on is behind it, in other tables too.
            run.platform.source().execute("INSERT INTO pair VALUES (9, 9, nextval('version'), 'behind')");
            run.roles.start(FaultRun.CAPTURE);
            run.roles.process(FaultRun.CAPTURE).awaitOutput(CaptureMain.HALTED, FaultRun.PATIENCE);
            assertThat(run.roles.process(FaultRun.CAPTURE).awaitExit(FaultRun.PATIENCE))
                    .isEqualTo(1);
            assertThat(run.platform.destination().value("SELECT count(*) FROM pair WHERE a = 9"))
                    .isEqualTo("0");
            limit(run, 1_000_000);
            run.roles.start(FaultRun.CAPTURE);
            run.verify();
            assertThat(run.platform.destination().value("SELECT length(payload) FROM bulk WHERE id = " + LARGE))
                    .isEqualTo("200000");
        }
    }

    private static void limit(FaultRun run, int bytes) throws InterruptedException, ExecutionException {
        ConfigResource topic =
                new ConfigResource(ConfigResource.Type.TOPIC, FaultMigration.FLOW.changeTopic(FaultTables.BULK));
        AlterConfigOp limit = new AlterConfigOp(
                new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes)),
                AlterConfigOp.OpType.SET);
        run.admin().incrementalAlterConfigs(Map.of(topic, List.of(limit))).all().get();
    }
}
