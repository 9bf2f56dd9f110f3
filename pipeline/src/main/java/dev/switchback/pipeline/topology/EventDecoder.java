package dev.switchback.pipeline.topology;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.UndecodableException;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Decodes what a change topic holds, and says where it stands when it cannot be decoded. Thread-safe. */
record EventDecoder(ChangeDecoder decoder) {

    /** @throws ProblemException when the value is none of ours: nothing behind it may be applied then */
    Event decode(InputChange input) {
        try {
            return decoder.decode(input.value());
        } catch (UndecodableException e) {
            throw undecodable(input, "value", e);
        }
    }

    /** The source row for people: {@code (42, Basel)}, and behind a mutation topic {@code public.store (42)}. */
    String describeKey(InputChange input, Event event) {
        if (event instanceof Claim claim) {
            return claim.owner().toString();
        }
        try {
            return Arrays.stream(decoder.decodeKey(input.key()).values())
                    .map(Objects::toString)
                    .collect(Collectors.joining(", ", "(", ")"));
        } catch (UndecodableException e) {
            throw undecodable(input, "key", e);
        }
    }

    private static ProblemException undecodable(InputChange input, String part, UndecodableException cause) {
        return new ProblemException(
                new Problem(
                        Problem.Kind.REFUSED,
                        place(input),
                        "The record's " + part + " cannot be decoded: " + cause.getMessage() + ".",
                        "Find out which producer besides Switchback's capture writes to this topic and stop it; then copy"
                                + " the table again, since no record of a change topic is ever skipped."),
                cause);
    }

    /** Where a record stands, for people. */
    static String place(InputChange input) {
        return "topic " + input.input().topic() + ", partition " + input.input().partition() + ", offset "
                + input.offset();
    }
}
