package dev.switchback.connectors.debezium;

import java.util.Optional;
import java.util.Set;

import dev.switchback.transforms.schema.ColumnType;

/** Which types' values capture can carry to another database: all but those that only mean something in their own. */
public final class CarriedTypes {

    private static final Set<String> OBJECT_IDS = Set.of(
            "regclass",
            "regtype",
            "regproc",
            "regprocedure",
            "regoper",
            "regoperator",
            "regrole",
            "regnamespace",
            "regconfig",
            "regdictionary",
            "regcollation");

    private CarriedTypes() {}

    /** Why a column of this type cannot be captured, as the end of a sentence; empty when it can. */
    public static Optional<String> refusal(ColumnType type) {
        String element = type.name().endsWith("[]")
                ? type.name().substring(0, type.name().length() - 2)
                : type.name();
        return OBJECT_IDS.contains(element)
                ? Optional.of("its values are the ids of objects of the source database, which mean something else or"
                        + " nothing in another")
                : Optional.empty();
    }
}
