package dev.switchback.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * An expression over columns {@code a}, {@code b} and {@code c} of some types. The cases stand in {@code cases.txt}: a
 * line {@code # group}, or {@code expression | types ; other types | for which values it is refused}.
 *
 * @param refused for which values a mapping refuses what PostgreSQL would answer; empty where for none
 */
record ParityCase(String group, String expression, List<String> types, String refused) {

    static List<ParityCase> all() {
        List<ParityCase> cases = new ArrayList<>();
        String group = "";
        for (String line : read("cases.txt").lines().toList()) {
            if (line.startsWith("# ")) {
                group = line.substring(2);
            } else if (!line.isBlank()) {
                String[] parts = line.split(" \\| ");
                String refused = parts.length > 2 ? parts[2].strip() : "";
                for (String types : parts[1].split(";")) {
                    cases.add(new ParityCase(
                            group,
                            parts[0].strip(),
                            Arrays.stream(types.split(",")).map(String::strip).toList(),
                            refused));
                }
            }
        }
        return cases;
    }

    /** Further expressions, to be tried with every type: one a line in {@code combinations.txt}. */
    static List<String> combinations() {
        return read("combinations.txt").lines().filter(line -> !line.isBlank()).toList();
    }

    private static String read(String name) {
        try (var in = Objects.requireNonNull(ParityCase.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String column(int index) {
        return List.of("a", "b", "c", "d").get(index);
    }

    @Override
    public String toString() {
        return expression + " of " + String.join(", ", types);
    }
}
