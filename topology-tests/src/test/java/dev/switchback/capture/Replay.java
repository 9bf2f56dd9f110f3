package dev.switchback.capture;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;

/**
 * The table that results when a change topic is applied, as strictly as can be: an insert of a row that is there, and an
 * update or delete of one that is not, fail, so that no change may be missing or come twice.
 */
final class Replay {

    private final List<String> key;
    private final Map<List<Object>, Object[]> rows = new HashMap<>();

    private Replay(List<String> key) {
        this.key = key;
    }

    /** @return the rows as text, by key */
    static Map<String, String> of(List<List<Event>> partitions, List<String> key) {
        Replay replay = new Replay(key);
        List<Deque<Event>> left =
                partitions.stream().<Deque<Event>>map(ArrayDeque::new).toList();
        // Up to the same watermark in every partition, then on to the next: a truncate stands in all of them.
        while (left.stream().anyMatch(events -> !events.isEmpty())) {
            left.forEach(replay::applyToNextWatermark);
        }
        Map<String, String> result = new TreeMap<>();
        replay.rows.forEach((k, row) ->
                result.put(k.toString(), Arrays.stream(row).map(Replay::text).collect(Collectors.joining("|"))));
        return result;
    }

    private void applyToNextWatermark(Deque<Event> events) {
        while (!events.isEmpty()) {
            if (events.remove() instanceof Change change) {
                apply(change);
            } else {
                return;
            }
        }
    }

    private void apply(Change change) {
        Operation operation = change.operation();
        if (operation == Operation.TRUNCATE) {
            rows.clear();
            return;
        }
        Row row = change.keyed();
        List<Object> id = key.stream().map(row::value).toList();
        Object[] before = rows.get(id);
        switch (operation) {
            case INSERT, READ -> require(before == null, "a second insert", change);
            case UPDATE, DELETE -> require(before != null, "no row", change);
            default -> throw new AssertionError(change);
        }
        if (operation == Operation.DELETE) {
            rows.remove(id);
        } else {
            rows.put(id, overlay(before, row.values()));
        }
    }

    private static Object[] overlay(Object[] before, Object[] values) {
        Object[] result = values.clone();
        for (int i = 0; i < result.length; i++) {
            if (result[i] == Absent.VALUE) {
                result[i] = before[i];
            }
        }
        return result;
    }

    private static void require(boolean holds, String what, Change change) {
        if (!holds) {
            throw new AssertionError(what + " for " + change);
        }
    }

    private static String text(Object value) {
        if (value instanceof byte[] bytes) {
            return "\\x" + java.util.HexFormat.of().formatHex(bytes);
        }
        return String.valueOf(value);
    }
}
