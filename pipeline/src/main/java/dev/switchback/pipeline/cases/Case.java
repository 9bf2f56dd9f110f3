package dev.switchback.pipeline.cases;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.schema.TableId;

/**
 * What happens at the source, and what the destination is to have then.
 *
 * @param line where it begins in its file
 * @param given in the order in which the source's log has them
 * @param expected all rows of each destination table that is named; tables that are not are not looked at
 * @param held every change that is to be held
 */
record Case(
        String name, int line, List<Change> given, Map<TableId, List<ExpectedRow>> expected, List<ExpectedHeld> held) {

    Case {
        given = List.copyOf(given);
        expected = Map.copyOf(expected);
        held = List.copyOf(held);
    }

    /** @param values by column; columns that are not named are not compared */
    record ExpectedRow(int line, Key key, Map<String, ExpectedValue> values) {}

    /** @param value in the form in which the destination's column carries it; null for NULL */
    record ExpectedValue(int line, @Nullable Object value) {}

    /**
     * A change that is to be held.
     *
     * @param key of the source row
     * @param reason a part of what is to be said
     */
    record ExpectedHeld(int line, TableId table, Key key, String reason) {}
}
