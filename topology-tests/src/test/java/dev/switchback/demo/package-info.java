/** The demo as it is typed: its usage here, its runs where the whole of it is run. */
package dev.switchback.demo;
