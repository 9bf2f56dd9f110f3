/**
 * PostgreSQL as a source and as a destination: its catalogue, its checks, its control schema, its bulk statements. Every
 * SQL string of PostgreSQL's dialect is made here; names are quoted by {@link Sql} alone.
 */
@NullMarked
package dev.switchback.connectors.postgres;

import org.jspecify.annotations.NullMarked;
