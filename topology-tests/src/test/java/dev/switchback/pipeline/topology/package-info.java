/** Tests of single steps of the topology, in orders that no broker can be made to take. */
@NullMarked
package dev.switchback.pipeline.topology;

import org.jspecify.annotations.NullMarked;
