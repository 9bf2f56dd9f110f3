package dev.switchback.pipeline.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Tells one boot of this machine from another. */
final class MachineBoot {

    private static final Path LINUX = Path.of("/proc/sys/kernel/random/boot_id");

    /** As {@code sysctl(3)} of macOS names it. */
    private static final String MACOS = "kern.bootsessionuuid";

    private MachineBoot() {}

    /** The boot's id; one that will never be seen again where the operating system gives it none. */
    static String id() {
        try {
            if (Files.isReadable(LINUX)) {
                return Files.readString(LINUX).trim();
            }
            String id = printed("sysctl", "-n", MACOS).trim();
            return id.isEmpty() ? UUID.randomUUID().toString() : id;
        } catch (IOException e) {
            return UUID.randomUUID().toString();
        }
    }

    private static String printed(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
