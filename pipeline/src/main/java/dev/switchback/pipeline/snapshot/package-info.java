/**
 * What a migration's tables look like, as a file that can be checked in: all that mappings need to know of both databases,
 * and nothing of their rows, their hosts and their logins.
 */
@NullMarked
package dev.switchback.pipeline.snapshot;

import org.jspecify.annotations.NullMarked;
