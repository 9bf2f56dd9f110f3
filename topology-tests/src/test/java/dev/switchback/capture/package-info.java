/** Capture on a real PostgreSQL and a real broker: what stands in the change topics, whatever happens on the way. */
@NullMarked
package dev.switchback.capture;

import org.jspecify.annotations.NullMarked;
