package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.fence.TriggerFence;
import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.TableId;

class FencedApplyTest {

    private static final Authority OWN = new Authority(ControlSchema.FIRST_EPOCH, Direction.FORWARD);

    @Test
    void applyGoesThroughAFenceThatRefusesEverybodyElse() {
        try (DestinationFixture destination =
                new DestinationFixture("CREATE TABLE t (id int PRIMARY KEY, name text)")) {
            TriggerFence fence = new TriggerFence(
                    destination.connections(), DestinationFixture.FLOW.migration(), List.of(TableId.parse("public.t")));
            fence.arm(OWN);
            fence.close(OWN, Duration.ofSeconds(20));
            DestinationTable table = destination.table("public.t");

            ApplySession session = destination.member();
            destination.apply(session, new Upsert(table, new Key(new Object[] {1}), new Object[] {1, "one"}));
            assertThat(destination.query("SELECT * FROM t")).containsExactly("1|one");
            assertThatThrownBy(() -> destination.execute("DELETE FROM t")).hasMessageContaining("takes no writes now");
            destination.apply(session, new Clear(table));

            assertThat(destination.query("SELECT * FROM t")).isEmpty();
        }
    }
}
