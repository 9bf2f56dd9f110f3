/** How anything that cannot go on says what is wrong, where, and what to do about it. */
@NullMarked
package dev.switchback.transforms.problem;

import org.jspecify.annotations.NullMarked;
