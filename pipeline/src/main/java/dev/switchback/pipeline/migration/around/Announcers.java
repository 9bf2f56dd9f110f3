package dev.switchback.pipeline.migration.around;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.pipeline.migration.Step;
import dev.switchback.pipeline.migration.operation.Announcer;

/** Tells several announcers, in order; one that fails is not the operation's concern. */
public record Announcers(List<Announcer> each) implements Announcer {

    private static final Logger LOG = LoggerFactory.getLogger(Announcers.class);

    public Announcers {
        each = List.copyOf(each);
    }

    @Override
    public void begun(Step step) {
        tell(announcer -> announcer.begun(step));
    }

    @Override
    public void done(Step step, Duration took) {
        tell(announcer -> announcer.done(step, took));
    }

    @Override
    public void postponed() {
        tell(Announcer::postponed);
    }

    @Override
    public void switched() {
        tell(Announcer::switched);
    }

    @Override
    public void undoing(String why) {
        tell(announcer -> announcer.undoing(why));
    }

    @Override
    public void undone() {
        tell(Announcer::undone);
    }

    @Override
    public void hookFailed(String hook, String why) {
        tell(announcer -> announcer.hookFailed(hook, why));
    }

    private void tell(Consumer<Announcer> what) {
        for (Announcer announcer : each) {
            try {
                what.accept(announcer);
            } catch (RuntimeException e) {
                LOG.warn("something could not be announced", e);
            }
        }
    }
}
