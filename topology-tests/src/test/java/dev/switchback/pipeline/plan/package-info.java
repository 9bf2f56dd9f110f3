/** Tests of plans that need a real database. */
@NullMarked
package dev.switchback.pipeline.plan;

import org.jspecify.annotations.NullMarked;
