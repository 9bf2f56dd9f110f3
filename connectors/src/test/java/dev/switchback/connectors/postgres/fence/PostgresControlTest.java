package dev.switchback.connectors.postgres.fence;

import static dev.switchback.connectors.postgres.fence.FencedDatabase.MIGRATION;
import static dev.switchback.connectors.postgres.fence.FencedDatabase.OWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.NotInChargeException;

@Timeout(60)
class PostgresControlTest {

    private final FencedDatabase database = new FencedDatabase(List.of());
    private final Control control = new PostgresControl(database.database, MIGRATION);

    @Test
    void anEpochIsOnlyEverRaised() {
        assertThat(control.raise(3)).isTrue();
        assertThat(control.raise(3)).isFalse();
        assertThat(control.raise(2)).isFalse();
        assertThat(control.read()).isEqualTo(new Control.Row(3, Direction.FORWARD, false));
    }

    @Test
    void raisingWaitsForATransactionUnderTheEpochBefore() throws Exception {
        try (Connection applying = database.open();
                Statement statement = applying.createStatement()) {
            applying.setAutoCommit(false);
            statement.execute("SELECT epoch FROM switchback.control FOR SHARE");
            CompletableFuture<Boolean> raised = CompletableFuture.supplyAsync(() -> control.raise(2));
            CountDownLatch never = new CountDownLatch(1);
            while (!database.value("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND datname = current_database())")
                    .equals("t")) {
                assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
            }
            assertThat(raised).isNotDone();

            applying.commit();

            assertThat(raised.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void turningIsDoneOnceAndByItsOwnEpochOnly() {
        control.turn(OWN, Direction.REVERSE);
        control.turn(OWN, Direction.REVERSE);
        assertThat(control.read().direction()).isEqualTo(Direction.REVERSE);

        assertThat(control.raise(2)).isTrue();
        Authority back = new Authority(1, Direction.REVERSE);
        assertThatThrownBy(() -> control.turn(back, Direction.FORWARD)).isInstanceOf(NotInChargeException.class);
        assertThatThrownBy(() -> control.turn(back, Direction.REVERSE)).isInstanceOf(NotInChargeException.class);
        assertThat(control.read().direction()).isEqualTo(Direction.REVERSE);
    }

    @Test
    void aWatermarkIsEmittedByWhoeverIsInChargeAlone() {
        long first = control.watermark(OWN);
        assertThat(control.watermark(OWN)).isGreaterThan(first);
        assertThat(control.raise(2)).isTrue();

        assertThatThrownBy(() -> control.watermark(OWN))
                .isInstanceOf(NotInChargeException.class)
                .hasMessageContaining("epoch 2")
                .hasMessageContaining("this operator is of epoch 1");
    }

    @Test
    void aDatabaseInWhichNothingHasRunSaysSo() {
        Control other = new PostgresControl(database.database, "orders");

        assertThatThrownBy(other::read).isInstanceOf(NotInChargeException.class).hasMessageContaining("orders");
        assertThat(other.raise(5)).isFalse();
    }
}
