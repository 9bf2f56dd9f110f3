/** Tests of cases that need a real database. */
@NullMarked
package dev.switchback.pipeline.cases;

import org.jspecify.annotations.NullMarked;
