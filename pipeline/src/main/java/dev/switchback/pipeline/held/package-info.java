/** Held changes as people name and read them. */
@NullMarked
package dev.switchback.pipeline.held;

import org.jspecify.annotations.NullMarked;
