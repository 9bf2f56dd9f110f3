package dev.switchback.connectors.debezium;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * What a run of capture tells the objects that Debezium makes by class name, and hears from them. Debezium gives those
 * objects nothing but its properties, so the run is kept here under a name that stands in {@link #PROPERTY}.
 */
interface EngineHooks {

    String PROPERTY = "switchback.run";

    /** Where Debezium is to begin, in its own terms; null to begin with a snapshot. */
    @Nullable Map<String, Object> resumeFrom();

    /** Called before the slot is created. Throws where there must be one already. */
    void creatingSlot();

    /** The slot was not created in time. */
    RuntimeException slotNotCreated(Throwable late);

    /** The slot was created; it delivers what commits behind this LSN. */
    void slotCreated(long lsn);

    /**
     * The log is about to be read. Throws where it is not the one that was expected.
     *
     * @param pid the server's process that sends it
     * @param log what it sends
     */
    void streaming(int pid, SlotStream log);

    static EngineHooks of(String name) {
        EngineHooks hooks = Register.RUNS.get(name);
        if (hooks == null) {
            throw new IllegalStateException("run " + name + " of capture has ended");
        }
        return hooks;
    }

    /** Keeps a run until the registration is closed. */
    static Registration register(EngineHooks hooks) {
        String name = Long.toString(Register.COUNT.incrementAndGet());
        Register.RUNS.put(name, hooks);
        return new Registration(name);
    }

    /** @param name unique within the process */
    record Registration(String name) implements AutoCloseable {
        @Override
        public void close() {
            Register.RUNS.remove(name);
        }
    }

    /** The runs of this process. */
    final class Register {
        private static final ConcurrentMap<String, EngineHooks> RUNS = new ConcurrentHashMap<>();
        private static final AtomicLong COUNT = new AtomicLong();

        private Register() {}
    }
}
