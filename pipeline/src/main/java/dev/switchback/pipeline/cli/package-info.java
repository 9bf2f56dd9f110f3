/**
 * The verbs of the {@code switchback} command: they read options, call the product, and print. No decision about data or
 * phases is made here.
 */
@NullMarked
package dev.switchback.pipeline.cli;

import org.jspecify.annotations.NullMarked;
