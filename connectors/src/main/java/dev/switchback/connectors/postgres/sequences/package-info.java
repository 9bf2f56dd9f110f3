/**
 * What numbers a database hands out next, and how one database takes over where another one stops: sequences of serial
 * and identity columns, and those that no table owns.
 */
@NullMarked
package dev.switchback.connectors.postgres.sequences;

import org.jspecify.annotations.NullMarked;
