package dev.switchback.platform;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.LinuxUtils;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs of one version, out of zonky's archives. zonky's own server class cannot be killed and started
 * again on its data, so that only its archives are used. Unpacked once per user, machine and version, below the temporary
 * directory. Thread-safe.
 */
public final class PostgresBinaries {

    /** The version that is on the class path. */
    public static final PostgresBinaries BUNDLED = new PostgresBinaries(PostgresBinaries::bundled);

    private final Archive archive;
    private @Nullable Path unpacked;

    @FunctionalInterface
    private interface Archive {
        byte[] read() throws IOException;
    }

    private PostgresBinaries(Archive archive) {
        this.archive = archive;
    }

    /** Those in a jar of zonky's, be it of another version than the one on the class path, for this kind of machine. */
    public static PostgresBinaries of(Path jar) {
        String entry = "postgres-" + system().toLowerCase(Locale.ROOT) + "-" + machine() + ".txz";
        return new PostgresBinaries(() -> {
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                ZipEntry found = zip.getEntry(entry);
                if (found == null) {
                    throw new IllegalStateException("there is no " + entry + " in " + jar);
                }
                return zip.getInputStream(found).readAllBytes();
            }
        });
    }

    /** The command line of one of {@code initdb}, {@code pg_ctl} and {@code postgres}. */
    List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>(PostgresUser.CURRENT.prefix());
        command.add(directory().resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private synchronized Path directory() {
        Path known = unpacked;
        if (known == null || !Files.exists(known)) {
            try {
                known = unpack(archive.read());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            unpacked = known;
        }
        return known;
    }

    private static byte[] bundled() throws IOException {
        try (InputStream in = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system(), machine())) {
            if (in == null) {
                throw new IllegalStateException("zonky has no PostgreSQL for " + system() + " on " + machine());
            }
            return in.readAllBytes();
        }
    }

    private static Path unpack(byte[] archive) throws IOException {
        String user = System.getProperty("user.name");
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path target = temporary.resolve("switchback-postgres-" + user + "-" + digest(archive));
        if (!Files.exists(target)) {
            Path fresh = Files.createTempDirectory(temporary, "switchback-postgres-");
            extract(archive, fresh);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            moveUnlessThere(fresh, target);
        }
        if (!Files.getOwner(target).getName().equals(user)) {
            throw new IllegalStateException(target + " belongs to " + Files.getOwner(target) + ", not to " + user);
        }
        return target;
    }

    private static void moveUnlessThere(Path fresh, Path target) throws IOException {
        try {
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // An atomic move has no exception of its own for a directory that is there.
            if (!Files.isDirectory(target)) {
                throw e;
            }
            // Somebody else has unpacked the same archive meanwhile.
            ScratchDirectory.delete(fresh);
        }
    }

    private static void extract(byte[] archive, Path directory) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = directory.resolve(entry.getName()).normalize();
                if (!path.startsWith(directory)) {
                    throw new IOException("the archive leads out of its directory: " + entry.getName());
                }
                extract(tar, entry, path);
            }
        }
    }

    private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Path directory = Objects.requireNonNull(path.getParent());
        Files.createDirectories(directory);
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, path);
            if (directory.endsWith("bin")) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.contains("mac") ? "Darwin" : "Linux";
    }

    private static String machine() {
        String architecture = System.getProperty("os.arch");
        return architecture.equals("amd64") ? "x86_64" : architecture;
    }

    private static String digest(byte[] archive) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Who runs the programs: PostgreSQL refuses to be run by root. */
    enum PostgresUser {
        CURRENT_USER(""),
        /** Root, in a user namespace in which it is nobody; files stay root's. */
        IN_A_NAMESPACE("unshare -U"),
        /** Where a container does not allow namespaces: nobody, who has to own the data directory. */
        NOBODY("setpriv --reuid=65534 --regid=65534 --clear-groups");

        static final PostgresUser CURRENT = detect();

        private final String prefix;

        PostgresUser(String prefix) {
            this.prefix = prefix;
        }

        List<String> prefix() {
            return prefix.isEmpty() ? List.of() : List.of(prefix.split(" "));
        }

        private static PostgresUser detect() {
            if (!Program.succeeds("sh", "-c", "test \"$(id -u)\" = 0")) {
                return CURRENT_USER;
            }
            if (LinuxUtils.isUnshareAvailable()) {
                return IN_A_NAMESPACE;
            }
            return Program.succeeds("setpriv", "--version") ? NOBODY : CURRENT_USER;
        }
    }
}
