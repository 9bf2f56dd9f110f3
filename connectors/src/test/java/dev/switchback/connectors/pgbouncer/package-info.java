/** PgBouncer's console against a fake of it, and its protocol against a real server. */
@NullMarked
package dev.switchback.connectors.pgbouncer;

import org.jspecify.annotations.NullMarked;
