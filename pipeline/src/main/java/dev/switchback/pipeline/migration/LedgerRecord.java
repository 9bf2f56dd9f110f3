package dev.switchback.pipeline.migration;

/** Something that a migration was told, or did. */
public sealed interface LedgerRecord permits Note, Decision {}
