package dev.switchback.connectors.avro;

import java.util.List;
import java.util.Optional;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;

/**
 * How the two halves of a change of key know of each other: by headers with Debezium's names, whose values are record keys.
 */
public final class KeyChange {

    private static final String NEW_KEY = "__debezium.newkey";
    private static final String OLD_KEY = "__debezium.oldkey";

    private KeyChange() {}

    /**
     * The headers of one half.
     *
     * @param other the row's key under the other half; null for a change that is no half of one
     */
    public static List<Header> headers(Change change, byte @Nullable [] other) {
        if (other == null) {
            return List.of();
        }
        return List.of(new RecordHeader(change.operation() == Operation.DELETE ? NEW_KEY : OLD_KEY, other));
    }

    /** The key under the other half; empty where the change is no half. */
    public static Optional<Row> other(Change change, Headers headers, ChangeDecoder decoder) {
        String name =
                switch (change.operation()) {
                    case DELETE -> NEW_KEY;
                    case INSERT -> OLD_KEY;
                    default -> "";
                };
        @Nullable Header header = name.isEmpty() ? null : headers.lastHeader(name);
        return header == null ? Optional.empty() : Optional.of(decoder.decodeKey(header.value()));
    }
}
