/**
 * What would stand in the way of a cutover or a revert, found before anything is fenced: one small class for each thing
 * that is looked for, independent of the others. They look, and change nothing.
 */
@NullMarked
package dev.switchback.pipeline.migration.check;

import org.jspecify.annotations.NullMarked;
