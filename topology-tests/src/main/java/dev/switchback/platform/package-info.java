/**
 * Embedded databases for the demo and for end-to-end tests. Never shipped; the embedded broker is part of the product.
 */
@NullMarked
package dev.switchback.platform;

import org.jspecify.annotations.NullMarked;
