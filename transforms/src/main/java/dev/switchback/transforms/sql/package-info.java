/**
 * The SQL that a mapping may be written in: Calcite parses it, this package gives it PostgreSQL's types, refuses what
 * could not be computed exactly as the source would, and makes each expression a function of a row's values. What the
 * functions return stands in {@code dev.switchback.transforms.postgres}; which table goes where, in {@code mapping}.
 */
@NullMarked
package dev.switchback.transforms.sql;

import org.jspecify.annotations.NullMarked;
