package dev.switchback.transforms.change;

/**
 * The value of a column of which the log did not say what it is, because an update left it as it was (PostgreSQL leaves
 * unchanged TOASTed values out). It is not NULL, and must never be written.
 */
public enum Absent {
    VALUE
}
