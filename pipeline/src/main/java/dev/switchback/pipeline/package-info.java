/**
 * The running product: topology, migration, command line and metrics. Nothing here may speak a database's dialect; that
 * belongs to the connector of that database.
 */
@NullMarked
package dev.switchback.pipeline;

import org.jspecify.annotations.NullMarked;
