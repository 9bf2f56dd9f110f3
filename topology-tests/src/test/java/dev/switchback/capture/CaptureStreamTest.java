package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.switchback.platform.Platform;

class CaptureStreamTest {

    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.start("shop");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private static CaptureRig rig(String migration, String... tables) {
        return new CaptureRig(migration, platform.source(), platform.bootstrapServers(), tables);
    }

    @Test
    void theSnapshotAndTheChangesBehindItMakeTheTable() {
        platform.source()
                .execute(
                        "CREATE TABLE item (id bigint PRIMARY KEY, name text, price numeric(10,2))",
                        "INSERT INTO item SELECT i, 'item ' || i, i / 7.0 FROM generate_series(1, 5000) i");
        try (CaptureRig rig = rig("basic", "public.item").publish().startStreaming()) {
            platform.source()
                    .execute(
                            "INSERT INTO item VALUES (10001, NULL, 'NaN')",
                            "UPDATE item SET name = 'renamed' WHERE id <= 100",
                            "DELETE FROM item WHERE id > 4900 AND id <= 5000");
            rig.awaitCaughtUp();

            assertThat(rig.replayed("public.item", "id"))
                    .isEqualTo(rig.rows("item", List.of("id", "name", "price"), "id"));
        }
    }

    /** Debezium would write each change out for its metrics, which takes a quarter of its time: see SlotStream. */
    @Test
    void theEngineDoesNotFormatEventsForItsMetrics() throws Exception {
        platform.source().execute("CREATE TABLE quiet (id bigint PRIMARY KEY)");
        try (CaptureRig rig = rig("quiet", "public.quiet").publish().startStreaming()) {
            platform.source().execute("INSERT INTO quiet VALUES (1)");
            rig.awaitCaughtUp();

            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            Set<ObjectName> engines =
                    beans.queryNames(new ObjectName("debezium.postgres:context=streaming,server=switchback*,*"), null);
            assertThat(engines).hasSize(1);
            assertThat(beans.getAttribute(engines.iterator().next(), "LastEvent"))
                    .isNull();
        }
    }
}
