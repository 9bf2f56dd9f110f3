package dev.switchback.pipeline.file;

import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.JsonPointer;

/**
 * What becomes of {@code ${NAME}} in a file.
 *
 * @param replaced whether it means anything
 * @param values by name
 * @param sections where one that has no value is a problem; everywhere, if empty
 */
public record Variables(boolean replaced, Map<String, String> values, Set<String> sections) {

    /** It is text like any other. */
    public static final Variables NONE = new Variables(false, Map.of(), Set.of());

    /** Each is replaced by its value, and must have one. */
    static Variables of(Map<String, String> environment) {
        return new Variables(true, environment, Set.of());
    }

    /** Each is replaced by its value; one that has none stays, outside of these sections. */
    static Variables neededIn(Set<String> sections, Map<String, String> environment) {
        return new Variables(true, environment, sections);
    }

    boolean needed(JsonPointer place) {
        return sections.isEmpty() || sections.contains(place.getMatchingProperty());
    }
}
