package dev.switchback.pipeline.cli;

import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Names the demo among the verbs. It is no part of the product: the launcher of a checkout runs it with its own classes. */
@Command(
        name = "demo",
        description = "Move a shop under write load between two embedded databases (from a checkout).",
        mixinStandardHelpOptions = true)
final class DemoVerb implements Callable<Integer> {

    @Unmatched
    private String[] arguments = {};

    @Override
    public Integer call() {
        throw new ProblemException(new Problem(
                Problem.Kind.REFUSED,
                "demo " + String.join(" ", arguments),
                "The demo is not part of the product's jar.",
                "Run ./switchback demo in a checkout."));
    }
}
