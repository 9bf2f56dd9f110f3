/**
 * What an outside system fills so that the pipeline can use it without knowing which one it is. Only interfaces, the
 * values they exchange and the exceptions they throw live here.
 */
@NullMarked
package dev.switchback.connectors.spi;

import org.jspecify.annotations.NullMarked;
