/** What a migration records, and the operations upon it, on real databases and a real broker. */
@NullMarked
package dev.switchback.migration;

import org.jspecify.annotations.NullMarked;
