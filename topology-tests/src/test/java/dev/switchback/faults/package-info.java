/**
 * Kills, freezes and cuts off the product's roles under write load, on real PostgreSQL and a real broker, and compares
 * the tables in full. Every fault is drawn from a seed that a failure prints.
 */
package dev.switchback.faults;
