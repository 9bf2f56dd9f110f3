/** Rules about the code itself. Each says what to write instead. */
package dev.switchback.architecture;
