/**
 * A table's declared {@code SELECT}, compiled to a pure function from a change to mutations. No I/O: the same mapping
 * runs in the topology, in verification and in an operator's own tests.
 */
@NullMarked
package dev.switchback.transforms.mapping;

import org.jspecify.annotations.NullMarked;
