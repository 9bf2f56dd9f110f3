/**
 * What the migration file wants around an operation, made of its settings: fences, hooks, announcements. The procedure
 * itself, in {@code operation}, knows them by its interfaces only.
 */
@NullMarked
package dev.switchback.pipeline.migration.around;

import org.jspecify.annotations.NullMarked;
