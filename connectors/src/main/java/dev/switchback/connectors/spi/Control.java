package dev.switchback.connectors.spi;

/**
 * A side's control row, as operators read and change it. Thread-safe. Each throws {@link
 * dev.switchback.transforms.problem.ProblemException} when the database does not answer; whether it was done, a repetition
 * tells, which is harmless.
 */
public interface Control {

    /**
     * What the row says.
     *
     * @param fenced whether applications are refused
     */
    record Row(long epoch, Direction direction, boolean fenced) {}

    /** The row as it stands. */
    Row read();

    /**
     * Makes an epoch the row's: from its return on, every transaction of an operator or of apply under a lower one is
     * refused. Those that are under way are waited for.
     *
     * @return false, with nothing changed, when the row's epoch is not below it: somebody else was first
     */
    boolean raise(long epoch);

    /**
     * Names another direction as the one that applies. Does nothing where the row names it already.
     *
     * @param authority with the direction before
     * @throws NotInChargeException when the row names another epoch
     */
    void turn(Authority authority, Direction to);

    /**
     * Says from where the flow to this side applies, once its direction does.
     *
     * @param watermark of the other side's log; the flow passes over what comes before it
     * @throws NotInChargeException when the row names another epoch or direction
     */
    void applyBehind(Authority authority, long watermark);

    /**
     * Writes a watermark into the side's log.
     *
     * @return its id
     * @throws NotInChargeException when the row names another epoch or direction
     */
    long watermark(Authority authority);
}
