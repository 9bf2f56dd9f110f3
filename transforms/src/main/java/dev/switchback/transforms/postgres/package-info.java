/**
 * PostgreSQL's own rules for values: what its operators, functions and casts return, to the last digit, and when they
 * raise an error. Pure functions; a test runs each of them beside a real server. What cannot be made equal to the server
 * is not here.
 *
 * <p>Values are held as {@code Boolean}, {@code Integer} (smallint, integer; date as days since 2000), {@code Long}
 * (bigint; time and timestamps as microseconds, the latter since 2000), {@code Float}, {@code Double}, {@link
 * dev.switchback.transforms.postgres.Numeric}, {@link dev.switchback.transforms.postgres.Interval}, {@code byte[]}, and
 * {@code String} for everything else.
 */
@NullMarked
package dev.switchback.transforms.postgres;

import org.jspecify.annotations.NullMarked;
