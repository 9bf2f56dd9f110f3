package dev.switchback.transforms.mapping;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.schema.Carrier;

/** How a value changes its carrier on the way from a source column to a destination column, without changing itself. */
enum Conversion {
    NONE {
        @Override
        Object convert(Object value) {
            return value;
        }
    },
    INT32_TO_INT64 {
        @Override
        Object convert(Object value) {
            return ((Integer) value).longValue();
        }
    },
    INTEGER_TO_TEXT {
        @Override
        Object convert(Object value) {
            return value.toString();
        }
    },
    FLOAT32_TO_FLOAT64 {
        @Override
        Object convert(Object value) {
            return ((Float) value).doubleValue();
        }
    };

    /** @return empty where a value could not arrive unchanged */
    static Optional<Conversion> between(Carrier from, Carrier to) {
        if (from == to) {
            return Optional.of(NONE);
        }
        return switch (from) {
            case INT32 ->
                switch (to) {
                    case INT64 -> Optional.of(INT32_TO_INT64);
                    case TEXT -> Optional.of(INTEGER_TO_TEXT);
                    default -> Optional.empty();
                };
            case INT64 -> to == Carrier.TEXT ? Optional.of(INTEGER_TO_TEXT) : Optional.empty();
            case FLOAT32 -> to == Carrier.FLOAT64 ? Optional.of(FLOAT32_TO_FLOAT64) : Optional.empty();
            default -> Optional.empty();
        };
    }

    abstract Object convert(Object value);

    /** NULL and an absent value stay what they are. */
    @Nullable Object apply(@Nullable Object value) {
        return value == null || value == Absent.VALUE ? value : convert(value);
    }
}
