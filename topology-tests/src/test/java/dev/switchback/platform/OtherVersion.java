package dev.switchback.platform;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** PostgreSQL of other versions than the bundled one. The build fetches it for Linux on amd64; elsewhere tests of it are skipped. */
public final class OtherVersion {

    private OtherVersion() {}

    /** @param major one of those that {@code topology-tests/pom.xml} copies */
    public static PostgresBinaries of(int major) {
        String machine = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        assumeTrue(
                machine.equals("Linux on amd64"),
                "PostgreSQL " + major + " is fetched for Linux on amd64 only, and this is " + machine);
        URL jar = OtherVersion.class.getResource("/postgres/" + major + ".jar");
        if (jar == null) {
            throw new IllegalStateException(
                    "PostgreSQL " + major + " was not fetched: run mvn process-test-resources in topology-tests");
        }
        try {
            return PostgresBinaries.of(Path.of(jar.toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
