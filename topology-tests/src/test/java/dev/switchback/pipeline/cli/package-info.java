/** The verbs, for tests of a whole pipeline. */
@NullMarked
package dev.switchback.pipeline.cli;

import org.jspecify.annotations.NullMarked;
