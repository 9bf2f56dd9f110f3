/** Mappings of a migration file, from the source's log to the destination's rows. */
@NullMarked
package dev.switchback.mapping;

import org.jspecify.annotations.NullMarked;
