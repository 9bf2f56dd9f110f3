package dev.switchback.pipeline.cli;

import java.util.Set;
import java.util.TreeSet;

import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.problem.Problem;

/** Says in one sentence what is wrong with a command line. */
public final class BadUsage implements IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        String verb = e.getCommandLine().getCommandSpec().qualifiedName();
        e.getCommandLine().getErr().println("switchback: " + sentence(e) + " See " + verb + " --help.");
        return Problem.Kind.BAD_INPUT.exitCode();
    }

    private static String sentence(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().get(0);
            Set<String> known =
                    new TreeSet<>(e.getCommandLine().getSubcommands().keySet());
            known.addAll(e.getCommandLine().getCommandSpec().optionsMap().keySet());
            return ("There is no \"" + word + "\" here. " + NearName.hint(word, known, "")).trim();
        }
        return e.getMessage() + ".";
    }
}
