/**
 * The running migration: what is created before the roles start, the roles themselves, and their clean end. Decides when
 * things happen; how they are done is said in the packages below.
 */
@NullMarked
package dev.switchback.pipeline.run;

import org.jspecify.annotations.NullMarked;
