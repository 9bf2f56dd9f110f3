package dev.switchback.pipeline.migration.teardown;

import java.util.List;

/** A system that a migration leaves things in. */
interface Place {

    /**
     * What is left there, in the order in which it can be taken away.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when it does not answer
     */
    List<Thing> things();

    /**
     * Takes one away; does nothing where it is not there any more.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when it cannot be
     */
    void remove(Thing thing);
}
