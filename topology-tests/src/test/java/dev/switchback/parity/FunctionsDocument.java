package dev.switchback.parity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The list of what a mapping may use, as a page of the documentation. */
final class FunctionsDocument {

    private static final String HEAD =
            """
            # Functions

            What the expressions of a mapping may use. This page is written by `ParityTest`, which evaluates each line, for \
            each of its types and a few hundred values, both in a mapping and on PostgreSQL 14, 16 and 18, once under a \
            linguistic collation, and fails on any difference in type, value or error. So a mapping gives what the same `SELECT` gives on the source, in a session with \
            `DateStyle` ISO, `IntervalStyle` postgres and `TimeZone` UTC. A function, operator or form that is not here is \
            refused by `plan`, with its place; a value for which PostgreSQL would raise an error makes its change be held.

            Types convert by themselves as in PostgreSQL: `integer` to `bigint` to `numeric` to `double precision`, \
            `varchar` and `char` to `text`, `date` to `timestamp`. So a line takes more types than it lists, and other numbers \
            and literals: a campaign, `EveryCombinationTest`, compares each line of one column or two with every type that \
            compiles in it. Texts are compared for equality only, since their order depends on the database's collation.
            """;

    private FunctionsDocument() {}

    static String of(List<ParityCase> cases) {
        StringBuilder page = new StringBuilder(HEAD);
        Map<String, Map<List<String>, List<ParityCase>>> groups = cases.stream()
                .collect(Collectors.groupingBy(
                        ParityCase::group,
                        LinkedHashMap::new,
                        Collectors.groupingBy(
                                one -> List.of(one.expression(), one.refused()),
                                LinkedHashMap::new,
                                Collectors.toList())));
        groups.forEach((group, lines) -> {
            page.append("\n## ").append(group).append("\n\n| | of | to | refused for |\n|---|---|---|---|\n");
            lines.values().forEach(same -> page.append(lines(same)));
        });
        return page.toString();
    }

    private static String lines(List<ParityCase> same) {
        Map<String, List<String>> byResult = same.stream()
                .collect(Collectors.groupingBy(
                        one -> new CompiledCase(one).type(),
                        LinkedHashMap::new,
                        Collectors.mapping(FunctionsDocument::types, Collectors.toList())));
        StringBuilder lines = new StringBuilder();
        byResult.forEach((result, types) -> lines.append("| `")
                .append(same.get(0).expression().replace("|", "\\|"))
                .append("` | ")
                .append(String.join("; ", types.stream().distinct().toList()))
                .append(" | ")
                .append(result)
                .append(" | ")
                .append(same.get(0).refused())
                .append(" |\n"));
        return lines.toString();
    }

    private static String types(ParityCase one) {
        return one.types().stream()
                .map(ParityServer::declared)
                .map(type -> type.replaceAll("\\(.*", ""))
                .collect(Collectors.joining(", "));
    }
}
