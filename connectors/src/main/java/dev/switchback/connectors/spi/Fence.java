package dev.switchback.connectors.spi;

import java.time.Duration;
import java.util.List;

import dev.switchback.transforms.problem.Problem;

/**
 * Makes one database refuse application writes to a migration's tables, and lets apply through. Every operation may be
 * repeated: what it finds done it leaves, what it finds half done it finishes. Thread-safe.
 *
 * <p>Each throws {@link NotInChargeException}, with nothing changed, when the control row names another epoch or
 * direction than the authority; and {@link dev.switchback.transforms.problem.ProblemException} when the database does not
 * answer or refuses. Behind the latter only a repetition tells whether it was done.
 */
public interface Fence {

    /**
     * Makes everything that closing needs, and refuses nobody anything. Where the fence is closed, what is made anew (on
     * a partition that was attached since, say) is closed too.
     */
    void arm(Authority authority);

    /**
     * Refuses application writes to all tables from one moment on. Behind it, every write that was ever acknowledged is
     * in the log before what is written into the log next. Never lets writers wait for long: it tries again and again,
     * an instant each.
     *
     * @param within after how long it gives up, with the fence as it was and the reason in the exception
     */
    void close(Authority authority, Duration within);

    /**
     * Takes application writes again.
     *
     * @param within as for {@link #close}
     */
    void open(Authority authority, Duration within);

    /** What would keep it from closing, or leaves a way around it now. */
    List<Problem> check();

    /** As {@link #check}, without what {@link #arm} will put right. */
    default List<Problem> obstacles() {
        return check();
    }

    /** What would keep a closed one from opening at once: found out before it is too late to do without. */
    default List<Problem> heldUp() {
        return List.of();
    }

    /** One sentence each about whom it does not stop, or what it cannot see; nothing that keeps it from closing. */
    default List<String> notices() {
        return List.of();
    }

    /**
     * Whether it refuses application writes to each table by now, whatever the control row says; of a fence that cannot
     * see that, as {@link #notices} says, what the control row says.
     */
    boolean closed();
}
