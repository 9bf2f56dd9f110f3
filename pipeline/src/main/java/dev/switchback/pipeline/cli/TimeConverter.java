package dev.switchback.pipeline.cli;

import java.time.Duration;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import dev.switchback.pipeline.file.Durations;

/** Times on the command line, as in the migration file: {@code 500ms}, {@code 5s}. Made by picocli. */
final class TimeConverter implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is not a time; write 500ms, 5s or 2m");
        }
    }
}
