/** What tables look like: identifiers, columns and their types. Nothing here knows how a schema was read. */
@NullMarked
package dev.switchback.transforms.schema;

import org.jspecify.annotations.NullMarked;
