package dev.switchback.pipeline.migration.topic;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** How this process signs what it writes into a ledger. */
public final class ThisProcess {

    private ThisProcess() {}

    /** {@code ana@ops-1, process 4711}. */
    public static String name() {
        return System.getProperty("user.name", "unknown") + "@" + host() + ", process "
                + ProcessHandle.current().pid();
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A machine need not know its own name.
            return "localhost";
        }
    }
}
