package dev.switchback.benchmarks.child;

/**
 * A Kafka Connect worker with its own class path. Of Switchback's classes it sees this package alone, by name, so that
 * nothing else of Switchback's gets into the worker.
 */
public final class WorkerChild {

    private WorkerChild() {}

    /** @param arguments the worker's and the connectors' property files */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Lifeline.hold();
        Class.forName("org.apache.kafka.connect.cli.ConnectStandalone")
                .getMethod("main", String[].class)
                .invoke(null, (Object) arguments);
    }
}
