package dev.switchback.benchmarks.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What came out of one scenario.
 *
 * @param scenario {@code stream}, or {@code latency-2000}
 * @param what what was measured, for people
 * @param unit of the values
 * @param quick whether it was made to see that everything works, so that its figures mean nothing
 * @param facts machine, versions, sizes and settings, by name
 * @param ours Switchback; null where it was not asked to take part
 * @param peers everybody else, and Switchback in other ways, which its name then begins with
 */
public record Outcome(
        String scenario,
        String what,
        String unit,
        boolean quick,
        Map<String, String> facts,
        @Nullable Standing ours,
        List<Standing> peers) {

    /** What went wrong with Switchback, whichever way; that a peer did wrong is a result. */
    @JsonIgnore
    public List<String> wrong() {
        return Stream.concat(Stream.ofNullable(ours), peers.stream())
                .filter(standing -> standing.name().startsWith("Switchback"))
                .map(Standing::wrong)
                .filter(wrong -> !wrong.isEmpty())
                .toList();
    }

    /** Whether a larger figure is better: a rate is one, a time is not. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public boolean moreIsBetter() {
        return unit.endsWith("/s");
    }

    /** Switchback's median divided by each peer's, where both have one. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public Map<String, Double> ratios() {
        Map<String, Double> ratios = new TreeMap<>();
        Double own = ours == null ? null : ours.median();
        for (Standing peer : peers) {
            Double other = peer.median();
            if (own != null && other != null && other > 0) {
                ratios.put(peer.name(), Math.round(1_000 * own / other) / 1_000.0);
            }
        }
        return ratios;
    }
}
