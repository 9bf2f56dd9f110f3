/**
 * A destination that keeps its rows in memory, with the contract of a real one: for mappings that are tried out without a
 * database, and for tests of the topology. Nothing here outlives its process.
 */
@NullMarked
package dev.switchback.connectors.memory;

import org.jspecify.annotations.NullMarked;
