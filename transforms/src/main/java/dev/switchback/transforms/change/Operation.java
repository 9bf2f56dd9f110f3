package dev.switchback.transforms.change;

import java.util.List;

/** What a {@link Change} did to its row. The codes are those of Debezium's envelope. */
public enum Operation {
    INSERT("c"),
    UPDATE("u"),
    DELETE("d"),
    /** A row as a backfill found it. */
    READ("r"),
    /** All rows of the table are gone. */
    TRUNCATE("t");

    private static final List<Operation> ALL = List.of(values());

    private final String code;

    Operation(String code) {
        this.code = code;
    }

    /** The envelope's {@code op} field. */
    public String code() {
        return code;
    }

    /** @throws IllegalArgumentException for a code that no operation has */
    public static Operation ofCode(String code) {
        for (Operation operation : ALL) {
            if (operation.code.equals(code)) {
                return operation;
            }
        }
        throw new IllegalArgumentException("no operation has the code '" + code + "'");
    }
}
