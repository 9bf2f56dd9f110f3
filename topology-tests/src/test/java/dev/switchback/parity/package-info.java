/** Runs every function that a mapping may use beside PostgreSQL, on the same values. */
@NullMarked
package dev.switchback.parity;

import org.jspecify.annotations.NullMarked;
