package dev.switchback.benchmarks.report;

import java.util.Map;

/**
 * One run of one contender. A run that went wrong has no figures: none that it is given are kept.
 *
 * @param value the figure, in the scenario's unit; 0 for a run that went wrong
 * @param details further figures, by name
 * @param cpuSecondsPerMillion CPU seconds a million changes, by process; what is named "of … compiling" is part of a
 *     process named before
 * @param peakMebibytes the most memory each process had, by process
 * @param wrong what was wrong with what it did, for people; empty if nothing was
 */
public record Run(
        double value,
        Map<String, Double> details,
        Map<String, Double> cpuSecondsPerMillion,
        Map<String, Long> peakMebibytes,
        String wrong) {

    public Run {
        if (!wrong.isEmpty()) {
            value = 0;
            details = Map.of();
            cpuSecondsPerMillion = Map.of();
            peakMebibytes = Map.of();
        }
    }

    /** A run that did not end. */
    public static Run failed(Throwable reason) {
        String message = reason.getMessage();
        return new Run(0, Map.of(), Map.of(), Map.of(), message == null ? reason.toString() : message);
    }

    public boolean right() {
        return wrong.isEmpty();
    }
}
