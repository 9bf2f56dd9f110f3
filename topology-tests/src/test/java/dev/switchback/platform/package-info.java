/** The embedded platform itself has to be trusted before a test on it can be. */
package dev.switchback.platform;
