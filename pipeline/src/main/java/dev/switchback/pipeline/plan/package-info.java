/**
 * What a migration file means for the two databases it names: the tables as they are, the mappings between them, and
 * every problem that stands in the way. Looks only; nothing is created here.
 */
@NullMarked
package dev.switchback.pipeline.plan;

import org.jspecify.annotations.NullMarked;
