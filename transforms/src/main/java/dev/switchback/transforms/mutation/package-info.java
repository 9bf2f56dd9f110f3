/** What destination rows are to become, and how mutations of one row fold into one. Pure values, no I/O. */
@NullMarked
package dev.switchback.transforms.mutation;

import org.jspecify.annotations.NullMarked;
