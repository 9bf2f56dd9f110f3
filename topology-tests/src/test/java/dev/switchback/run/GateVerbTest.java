package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.run.Operator.Answer;

/** A cutover and a revert where not the database refuses writes but what stands before it, by the commands themselves. */
@Timeout(300)
class GateVerbTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String TABLES = "  public.item: {}\n";

    @Test
    void theUsersOwnProgramsAreAskedToCloseAndToOpen(@TempDir Path gates) throws IOException {
        Path gate = Files.writeString(
                gates.resolve("gate.sh"),
                """
                closed=%s/$SWITCHBACK_MIGRATION-$SWITCHBACK_SIDE
                case $SWITCHBACK_ACTION in
                close) touch "$closed" ;;
                open) rm -f "$closed" ;;
                closed) test -e "$closed" ;;
                esac
                """
                        .formatted(gates));
        Path source = gates.resolve("shop-source");
        Path destination = gates.resolve("shop-destination");
        String run = "[/bin/sh, \"" + gate + "\"]";
        try (Platform platform = Platform.databases("shop", Map.of());
                Operator operator = new Operator(platform, "shop", TABLES)) {
            begin(platform, operator, "fence: {type: command, close: %1$s, open: %1$s, closed: %1$s}".formatted(run));
            Await.until("the passive side's gate", PATIENCE, () -> Files.exists(destination));
            assertThat(source).doesNotExist();

            Answer cutover = operator.ask("cutover", "--yes");
            assertThat(cutover.output()).contains("Done: the destination takes writes");
            assertThat(source).exists();
            assertThat(destination).doesNotExist();

            Answer revert = operator.ask("revert", "--yes");
            assertThat(revert.output()).contains("Done: the source takes writes");
            assertThat(source).doesNotExist();
            assertThat(destination).exists();
        }
    }

    @Test
    void clientsOfPgBouncerWaitAndAreRefusedNothing(@TempDir Path directory) throws Exception {
        Optional<Path> program = PgBouncerServer.program();
        assumeThat(program)
                .as("pgbouncer is not installed here (Debian: apt-get install pgbouncer), so it is not tried")
                .isPresent();
        try (Platform platform = Platform.databases("shop", Map.of());
                Operator operator = new Operator(platform, "shop", TABLES);
                PgBouncerServer bouncer = PgBouncerServer.start(
                        program.get(), directory, Map.of("old", platform.source(), "new", platform.destination()))) {
            String fence =
                    """
                    fence:
                      source: {type: pgbouncer, admin: "%1$s", user: %2$s, databases: [old]}
                      destination: {type: pgbouncer, admin: "%1$s", user: admin, databases: [new]}""";
            begin(platform, operator, fence.formatted(bouncer.console(), "admin"));
            EmbeddedDatabase destination = platform.destination();
            try (Writer writer = new Writer(bouncer)) {
                writer.awaitMore();
                declare(platform, operator, fence.formatted(bouncer.console(), "onlooker"));
                assertThat(operator.ask("cutover", "--dry-run").output()).contains("Add onlooker to admin_users");
                declare(platform, operator, fence.formatted(bouncer.console(), "admin"));

                assertThat(operator.ask("cutover", "--yes").output()).contains("Done: the destination takes writes");
                writer.awaitMore();
                Set<Long> acknowledged = Set.copyOf(writer.acknowledged);
                assertThat(ids(destination)).containsAll(acknowledged);

                assertThat(operator.ask("revert", "--yes").output()).contains("Done: the source takes writes");
                writer.awaitMore();
                writer.stop();
                assertThat(writer.refused).isEmpty();
                assertThat(ids(platform.source())).containsAll(writer.acknowledged);
            }
            Await.until("the same rows", PATIENCE, () -> ids(destination).equals(ids(platform.source())));
        }
    }

    private static void begin(Platform platform, Operator operator, String fence) {
        for (EmbeddedDatabase side : List.of(platform.source(), platform.destination())) {
            side.execute("CREATE TABLE item (id bigint PRIMARY KEY)");
        }
        declare(platform, operator, fence);
        operator.start("run");
        Await.until(
                "the migration to follow",
                PATIENCE,
                () -> operator.status().path("phase").asText().equals("following"));
    }

    private static void declare(Platform platform, Operator operator, String fence) {
        operator.declare(
                platform.source().settings(),
                platform.destination().settings(),
                "metrics: {port: 0}\n" + fence,
                TABLES);
    }

    private static Set<Long> ids(EmbeddedDatabase database) {
        String ids = database.value("SELECT string_agg(id::text, ',') FROM item");
        return ids == null
                ? Set.of()
                : Stream.of(ids.split(",")).map(Long::valueOf).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * An application that writes on whichever side lets it. It knows nothing of the schedule: whoever keeps it waiting is
     * left, and the same row tried on the other side.
     */
    private static final class Writer implements AutoCloseable {

        private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
        private final Set<String> refused = new ConcurrentSkipListSet<>();
        private final PgBouncerServer bouncer;
        private final Thread thread = new Thread(this::write, "writer");
        private volatile boolean stopped;

        Writer(PgBouncerServer bouncer) {
            this.bouncer = bouncer;
            thread.start();
        }

        private void write() {
            List<String> sides = List.of("old", "new");
            int side = 0;
            long id = 1;
            while (!stopped) {
                try (Connection connection = bouncer.connect(sides.get(side), 1);
                        Statement statement = connection.createStatement()) {
                    while (!stopped) {
                        statement.execute("INSERT INTO item VALUES (" + id + ") ON CONFLICT DO NOTHING");
                        acknowledged.add(id++);
                        TimeUnit.MILLISECONDS.sleep(2);
                    }
                } catch (SQLException e) {
                    if (!e.getSQLState().startsWith("08")) {
                        refused.add(e.getSQLState() + " " + e.getMessage());
                    }
                    side = 1 - side;
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        void awaitMore() {
            int before = acknowledged.size();
            Await.until("the application to write", PATIENCE, () -> acknowledged.size() > before + 100);
        }

        void stop() throws InterruptedException {
            stopped = true;
            thread.join();
        }

        @Override
        public void close() throws InterruptedException {
            stop();
        }
    }

    /** A real PgBouncer before both databases, with transaction pooling. */
    private static final class PgBouncerServer implements AutoCloseable {

        private final Process process;
        private final int port;

        private PgBouncerServer(Process process, int port) {
            this.process = process;
            this.port = port;
        }

        static Optional<Path> program() {
            return Stream.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer")
                    .map(Path::of)
                    .filter(Files::isExecutable)
                    .findFirst();
        }

        static PgBouncerServer start(Path program, Path directory, Map<String, EmbeddedDatabase> databases)
                throws IOException {
            int port = freePort();
            String lines = databases.entrySet().stream()
                    .map(each -> "%s = host=127.0.0.1 port=%d dbname=shop user=%s password=%s"
                            .formatted(
                                    each.getKey(),
                                    each.getValue().port(),
                                    each.getValue().settings().user(),
                                    each.getValue().settings().password()))
                    .collect(Collectors.joining("\n"));
            Path settings = Files.writeString(
                    directory.resolve("pgbouncer.ini"),
                    """
                    [databases]
                    %s
                    [pgbouncer]
                    listen_addr = 127.0.0.1
                    listen_port = %d
                    unix_socket_dir =
                    auth_type = any
                    admin_users = admin
                    stats_users = onlooker
                    pool_mode = transaction
                    ignore_startup_parameters = extra_float_digits
                    """
                            .formatted(lines, port));
            // As root it refuses to start without being told whom to become.
            List<String> command = System.getProperty("user.name").equals("root")
                    ? List.of(program.toString(), "-u", "nobody", settings.toString())
                    : List.of(program.toString(), settings.toString());
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("pgbouncer.log").toFile())
                    .start();
            PgBouncerServer server = new PgBouncerServer(process, port);
            Await.until("PgBouncer", PATIENCE, () -> {
                try (Connection connection = server.connect("old", 5)) {
                    return connection.isValid(1);
                } catch (SQLException notYet) {
                    return false;
                }
            });
            return server;
        }

        private static int freePort() throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }

        String console() {
            return "postgresql://127.0.0.1:" + port + "/pgbouncer";
        }

        /** @param patience how many seconds an answer may take */
        Connection connect(String database, int patience) throws SQLException {
            return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database
                    + "?user=app&prepareThreshold=0&loginTimeout=" + patience + "&socketTimeout=" + patience);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
