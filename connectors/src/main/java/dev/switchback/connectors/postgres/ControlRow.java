package dev.switchback.connectors.postgres;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Mandate;

/**
 * A migration's control row in one database: who may apply there, and whether applications may write.
 *
 * @param epoch the operator epoch; a transaction of another epoch is refused
 * @param direction the direction that may apply
 * @param fenced whether application writes are refused
 * @param watermark the id of the last watermark this database's log was given; 0 for none
 * @param behind the watermark of the other database's log behind which the flow to this one applies
 */
public record ControlRow(
        String migration, long epoch, Direction direction, boolean fenced, long watermark, long behind) {

    /** What it lets the flow of this direction do, whose destination the row's database is. */
    public Mandate mandate(Direction ofFlow) {
        return new Mandate(direction == ofFlow, behind);
    }
}
