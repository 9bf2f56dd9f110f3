/**
 * The migration file: read, checked as far as that is possible without asking a system, and turned into records with
 * every default filled in; and what it takes to read other YAML as carefully. Nothing here opens a connection; what the
 * systems say to it is the plan's part.
 */
@NullMarked
package dev.switchback.pipeline.file;

import org.jspecify.annotations.NullMarked;
