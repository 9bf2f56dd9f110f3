/** The command line as an operator uses it: each verb in a process of its own, against real databases. */
@NullMarked
package dev.switchback.run;

import org.jspecify.annotations.NullMarked;
