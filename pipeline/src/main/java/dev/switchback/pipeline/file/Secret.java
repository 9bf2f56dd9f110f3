package dev.switchback.pipeline.file;

/**
 * A text that must not be seen: it shows as {@code ***} wherever it is printed or logged by mistake.
 *
 * @param value the text itself, for the one place that needs it
 */
public record Secret(String value) {

    @Override
    public String toString() {
        return "***";
    }
}
