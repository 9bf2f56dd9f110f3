package dev.switchback.transforms.schema;

/**
 * The Java form in which a column's values travel from capture to apply.
 *
 * <p>Only types whose value is exactly a Java primitive or a byte string have a form of their own. Every other type
 * travels as the database's own text output ({@link #TEXT}), which the destination's input function reads back: exact
 * by construction for NaN, infinities, BC dates, arrays, ranges and types not thought of here.
 */
public enum Carrier {
    BOOLEAN,
    INT32,
    INT64,
    FLOAT32,
    FLOAT64,
    BYTES,
    TEXT
}
