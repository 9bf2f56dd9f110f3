package dev.switchback.parity;

import dev.switchback.platform.OtherVersion;
import dev.switchback.platform.PostgresBinaries;

/** By the newest PostgreSQL that is supported. */
class Parity18Test extends Parity {

    @Override
    PostgresBinaries binaries() {
        return OtherVersion.of(18);
    }
}
