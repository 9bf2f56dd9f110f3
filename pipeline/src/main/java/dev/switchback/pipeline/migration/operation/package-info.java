/**
 * What an operator does to a migration as a whole. {@link dev.switchback.pipeline.migration.operation.Cutover} is the
 * procedure, in either direction; what it moves (databases, flows, sequences) it knows by interfaces only.
 */
@NullMarked
package dev.switchback.pipeline.migration.operation;

import org.jspecify.annotations.NullMarked;
