/** Cutover and revert on real databases and a real broker, under write load. */
@NullMarked
package dev.switchback.operation;

import org.jspecify.annotations.NullMarked;
