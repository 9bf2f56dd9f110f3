package dev.switchback.connectors.postgres;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

import dev.switchback.transforms.schema.TableId;

/** Guesses which table a misspelt name means. Stateless. */
final class NearNames {

    private static final int MOST = 3;

    private NearNames() {}

    /** The likeliest first; none that is further off than a third of its letters, unless it is just in another schema. */
    static List<TableId> of(TableId missing, Collection<TableId> tables) {
        return tables.stream()
                .filter(table -> distance(missing, table) <= limit(missing.name()))
                .sorted(Comparator.<TableId>comparingInt(table -> distance(missing, table))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .toList();
    }

    private static int limit(String name) {
        return name.length() < 4 ? 1 : Math.max(2, name.length() / 3);
    }

    /** Another schema counts like one letter, and so does another case. */
    private static int distance(TableId missing, TableId table) {
        int schema = Math.min(1, edits(missing.schema(), table.schema()));
        int exact = edits(missing.name(), table.name());
        int folded = edits(missing.name().toLowerCase(Locale.ROOT), table.name().toLowerCase(Locale.ROOT));
        return schema + (folded < exact ? folded + 1 : exact);
    }

    /** Levenshtein's distance. */
    static int edits(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int column = 0; column < above.length; column++) {
            above[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[above.length];
            current[0] = row;
            for (int column = 1; column < current.length; column++) {
                int replaced = above[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, 1 + Math.min(above[column], current[column - 1]));
            }
            above = current;
        }
        return above[to.length()];
    }
}
