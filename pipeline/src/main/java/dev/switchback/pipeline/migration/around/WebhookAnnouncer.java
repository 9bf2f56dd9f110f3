package dev.switchback.pipeline.migration.around;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.pipeline.file.OperationSettings.Webhook;
import dev.switchback.pipeline.migration.Step;
import dev.switchback.pipeline.migration.operation.Announcer;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * Announces an operation to webhooks, as JSON that Slack and its like take: {@code {"text": "…"}}. Posts on a thread of its
 * own, so that nothing waits for it; messages beyond a bound are left out and counted, and a webhook that does not answer
 * is logged. Closing gives what is left a few seconds.
 */
public final class WebhookAnnouncer implements Announcer, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookAnnouncer.class);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS 'UTC'").withZone(ZoneOffset.UTC);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final int MOST_WAITING = 200;

    private final String subject;
    private final List<JsonPost> targets;
    private final Clock clock;
    private final Duration closeWithin;
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicInteger leftOut = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closed;

    /** @param subject what each message begins with: {@code shop: cutover} */
    public WebhookAnnouncer(String subject, List<Webhook> webhooks) {
        this(subject, webhooks, Clock.systemUTC(), Duration.ofSeconds(5));
    }

    WebhookAnnouncer(String subject, List<Webhook> webhooks, Clock clock, Duration closeWithin) {
        this.subject = subject;
        this.targets = webhooks.stream().map(JsonPost::new).toList();
        this.clock = clock;
        this.closeWithin = closeWithin;
        this.thread = new Thread(this::postAll, "announce");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** The beginning of the fence alone: of the others, their end says as much. */
    @Override
    public void begun(Step step) {
        if (step == Step.FENCE) {
            announce("closing the fence: writes are refused from here on");
        }
    }

    @Override
    public void done(Step step, Duration took) {
        announce(step + " done in " + TimeSpan.text(took));
    }

    @Override
    public void postponed() {
        announce("everything is ready; waiting to be released");
    }

    @Override
    public void switched() {
        announce("SWITCHED: from here on it is finished, not undone");
    }

    @Override
    public void undoing(String why) {
        announce("undoing: " + why);
    }

    @Override
    public void undone() {
        announce("undone: the old side takes writes again");
    }

    @Override
    public void hookFailed(String hook, String why) {
        announce("a hook failed: " + why);
    }

    private void announce(String what) {
        if (!waiting.offer(subject + " " + TIME.format(clock.instant()) + ": " + what)) {
            leftOut.incrementAndGet();
        }
    }

    private void postAll() {
        try {
            while (!closed || !waiting.isEmpty()) {
                String text = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (text != null) {
                    int missing = leftOut.getAndSet(0);
                    post(missing == 0 ? text : text + " (" + missing + " messages were left out before this one)");
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("{} announcements were not sent any more", waiting.size());
        }
    }

    private void post(String text) throws InterruptedException {
        String json = JsonNodeFactory.instance.objectNode().put("text", text).toString();
        for (JsonPost target : targets) {
            try {
                target.send(json, ANSWER_WITHIN);
            } catch (ProblemException e) {
                LOG.warn("not announced: {}", e.getMessage());
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(closeWithin.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
