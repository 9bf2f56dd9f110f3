package dev.switchback.parity;

import java.util.Set;

import dev.switchback.platform.OtherVersion;
import dev.switchback.platform.PostgresBinaries;

/** By the oldest PostgreSQL that is supported. */
class Parity14Test extends Parity {

    @Override
    PostgresBinaries binaries() {
        return OtherVersion.of(14);
    }

    @Override
    Set<String> unreadable() {
        return Set.of("2562047788:00:54");
    }
}
