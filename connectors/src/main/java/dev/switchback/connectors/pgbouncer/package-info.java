/** PgBouncer by its admin console: as a fence, and for hooks. */
@NullMarked
package dev.switchback.connectors.pgbouncer;

import org.jspecify.annotations.NullMarked;
