/**
 * Where a migration stands and who may move it: the ledger's records, the phase that follows from them, and the rules
 * by which one of two operators wins. Pure, but for {@link dev.switchback.pipeline.migration.Ledger}, which the package
 * below keeps in Kafka.
 */
@NullMarked
package dev.switchback.pipeline.migration;

import org.jspecify.annotations.NullMarked;
