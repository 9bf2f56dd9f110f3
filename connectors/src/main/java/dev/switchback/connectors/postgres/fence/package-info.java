/**
 * What moves the writes from one PostgreSQL database to the other: the fence by triggers and its alternatives, the control
 * row as an operator uses it, and what takes all of it away again. Every transaction of an operator locks the control row
 * first and refuses an epoch or direction that is not the operator's own.
 */
@NullMarked
package dev.switchback.connectors.postgres.fence;

import org.jspecify.annotations.NullMarked;
