/**
 * What the topology does with changes, one behaviour a file: Avro changes in, rows out of a destination in memory that
 * keeps the contract of a real one.
 */
@NullMarked
package dev.switchback.topology;

import org.jspecify.annotations.NullMarked;
