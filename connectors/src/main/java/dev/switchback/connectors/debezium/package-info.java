/**
 * Capture: a source database's changes, read with Debezium's embedded engine and written to change topics exactly once.
 * Nothing outside this package knows Debezium; nothing here knows what becomes of a change.
 */
@NullMarked
package dev.switchback.connectors.debezium;

import org.jspecify.annotations.NullMarked;
