package dev.switchback.pipeline.migration.operation;

import java.time.Duration;

import dev.switchback.pipeline.migration.Step;

/** Told of an operation's steps as they happen. Must not throw. */
public interface Announcer {

    Announcer NOBODY = new Announcer() {};

    default void begun(Step step) {}

    default void done(Step step, Duration took) {}

    /** Everything is ready; it waits to be released. */
    default void postponed() {}

    /** From here on it is finished, not undone. */
    default void switched() {}

    /** It is being undone. */
    default void undoing(String why) {}

    /** The old side takes writes again. */
    default void undone() {}

    /** A hook has failed, and is not tried again by itself. */
    default void hookFailed(String hook, String why) {}
}
