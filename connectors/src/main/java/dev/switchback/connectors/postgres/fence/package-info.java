/**
 * What moves the writes from one PostgreSQL database to the other: the fence by triggers, and the control row as an
 * operator uses it. Every transaction here locks the control row first and refuses an epoch or direction that is not the
 * operator's own.
 */
@NullMarked
package dev.switchback.connectors.postgres.fence;

import org.jspecify.annotations.NullMarked;
