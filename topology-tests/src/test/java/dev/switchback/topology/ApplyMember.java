package dev.switchback.topology;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.pipeline.cases.DrivenTopology;
import dev.switchback.pipeline.cases.NothingCommitted;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.ApplyThreads;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.pipeline.topology.InputLog;
import dev.switchback.pipeline.topology.MigrationTopology;
import dev.switchback.platform.ScratchDirectory;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A member of the consumer group with one task, which reads a {@link ChangeLog} from its start and writes to a {@link
 * MemoryDestination}. Time stands still unless a test moves it. Not thread-safe.
 */
final class ApplyMember implements AutoCloseable {

    /** So that only what a test does makes it flush. */
    private static final BufferBounds WIDE = new BufferBounds(1_000_000, 1L << 40, Duration.ofMillis(5));

    /** So many rows may be held. */
    static final int HELD_LIMIT = 100;

    private final ChangeLog log;
    private final ScratchDirectory state = ScratchDirectory.create("switchback-");
    private final ApplyThreads threads;
    private final DrivenTopology topology;
    private int read;

    ApplyMember(ChangeLog log, MemoryDestination destination) {
        this(log, destination, WIDE, ApplyListener.NONE, NothingCommitted.INSTANCE);
    }

    ApplyMember(
            ChangeLog log, MemoryDestination destination, BufferBounds bounds, ApplyListener listener, InputLog kafka) {
        this.log = log;
        this.threads = new ApplyThreads(ChangeLog.FLOW, destination, bounds, HELD_LIMIT, listener);
        this.topology = new DrivenTopology(
                MigrationTopology.build(log.topics(), log.mappings(), log.joins(), log.schemas(), kafka, threads),
                log.topics(),
                state.path());
    }

    /** Reads what the log has got since the last call; what it makes of it stays in the buffer. */
    void read() {
        List<ChangeLog.Entry> entries = log.entries();
        while (read < entries.size()) {
            ChangeLog.Entry entry = entries.get(read++);
            topology.read(entry.topic(), entry.key(), entry.value(), entry.headers());
        }
    }

    /** Lets time pass, so that what is buffered grows too old. */
    void flush() {
        letPass(Duration.ofMillis(5));
    }

    void letPass(Duration time) {
        topology.letPass(time);
    }

    /** Reads, and writes to the destination. */
    void apply() {
        read();
        flush();
    }

    /** As if the process had died: nothing that is buffered is written. */
    @Override
    public void close() {
        topology.close();
        threads.close();
        state.close();
    }

    /** The problem below what Streams has wrapped around it. */
    static ProblemException problem(Throwable thrown) {
        for (@Nullable Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof ProblemException problem) {
                return problem;
            }
        }
        throw new AssertionError("not a problem", thrown);
    }
}
