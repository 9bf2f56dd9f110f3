package dev.switchback.pipeline.broker;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;

/**
 * The node as it was before it was killed. By the cluster's metadata it still leads every partition, until a controller
 * misses it. A node that starts again before that takes up its coordinators' work at once, and leaves it when its former
 * self is missed; a marker for a transaction's end that is on its way just then is dropped by Kafka (4.3.1), to which a
 * partition that nobody leads is one that was deleted, and whoever waits for that end waits for ever. A controller alone
 * has no coordinators: so it is started first, and misses the former self, and then the whole node.
 */
final class FormerSelf {

    private static final Duration MISSED_WITHIN = Duration.ofSeconds(20);
    private static final long PAUSE_MILLIS = 20;

    private FormerSelf() {}

    /**
     * @param settings of the node, which does not run
     * @throws IllegalStateException when the controller does not do its work
     */
    static void fence(BrokerSettings settings) {
        KafkaRaftServer controller =
                new KafkaRaftServer(new KafkaConfig(settings.controllerProperties(), false), Time.SYSTEM);
        try {
            controller.startup();
            long began = System.nanoTime();
            while (!isFenced(System.nanoTime() - began)) {
                if (System.nanoTime() - began > MISSED_WITHIN.toNanos()) {
                    throw new IllegalStateException("the embedded broker's controller does not miss a broker that is"
                            + " gone, after " + MISSED_WITHIN.toSeconds() + " s");
                }
                Utils.sleep(PAUSE_MILLIS);
            }
        } finally {
            controller.shutdown();
            controller.awaitShutdown();
        }
    }

    /** A node that was killed before it was ever registered has no former self: it is not waited for in vain. */
    private static boolean isFenced(long waitedNanos) {
        boolean unknown = waitedNanos > 4 * BrokerSettings.FORMER_SESSION.toNanos()
                && count("ActiveControllerCount") > 0
                && count("ActiveBrokerCount") == 0;
        return unknown || count("FencedBrokerCount") > 0;
    }

    /** One of Kafka's own metrics; zero until there is any. */
    private static int count(String metric) {
        try {
            ObjectName bean = new ObjectName("kafka.controller:type=KafkaController,name=" + metric);
            return ((Number) ManagementFactory.getPlatformMBeanServer().getAttribute(bean, "Value")).intValue();
        } catch (InstanceNotFoundException notYet) {
            return 0;
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }
}
