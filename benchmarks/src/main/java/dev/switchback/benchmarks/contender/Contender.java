package dev.switchback.benchmarks.contender;

import dev.switchback.benchmarks.stage.Stage;

/** Somebody who takes part in a comparison. */
public interface Contender {

    /** For people and for JSON: {@code Debezium + JDBC sink}. */
    String name();

    /** How it is configured, as far as it is not by its defaults, for people. */
    String settings();

    /** Whether it is Switchback, which the others are compared with. */
    default boolean ours() {
        return false;
    }

    /** Does what its runs have in common, before the first; not measured. */
    default void prepare(Stage stage) {}

    /**
     * Starts to do the scenario's work.
     *
     * @param run unlike any other run's name on this stage: lower-case letters, digits and underscores
     */
    Running start(Stage stage, String run);
}
