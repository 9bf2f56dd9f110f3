package dev.switchback.pipeline.file;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * A migration as its file declares it, with a value for every setting. No text made of it contains a password.
 *
 * @param kafka the Kafka to use; empty for the embedded broker
 * @param registry the schema registry to use; empty for a topic of Switchback's own
 * @param tables by source table, in the order of the file
 */
public record MigrationFile(
        String migration,
        PostgresSettings source,
        PostgresSettings destination,
        Optional<Kafka> kafka,
        Optional<Registry> registry,
        Topics topics,
        Map<TableId, Table> tables,
        Apply apply,
        Capture capture,
        Metrics metrics,
        OperationSettings operations) {

    /** More tables than that share a topic: partitions cost, and theirs would be hundreds. */
    private static final int MOST_WITH_THEIR_OWN_TOPIC = 32;

    /** Whether the tables, but for those whose rows are remembered on their way, share one change topic. */
    public boolean sharesTopic() {
        return topics.share().orElse(tables.size() > MOST_WITH_THEIR_OWN_TOPIC);
    }

    /**
     * How any Kafka client of ours is configured: {@code bootstrap.servers}, security, and whatever else Kafka knows.
     */
    public record Kafka(Map<String, Secret> settings) {}

    /** A registry that speaks Confluent's REST interface, with a login where it wants one. */
    public record Registry(URI url, Optional<Login> login) {}

    /** Who logs in. */
    public record Login(String user, Secret password) {}

    /**
     * How change topics are created.
     *
     * @param replication replicas of every topic; -1 for the broker's default
     * @param recordLimit the largest change that is accepted
     * @param share whether tables share one change topic; empty where their number decides
     */
    public record Topics(
            int partitions, int replication, Duration retention, ByteSize recordLimit, Optional<Boolean> share) {

        public static final Topics DEFAULT =
                new Topics(8, -1, Duration.ofDays(7), new ByteSize(64L << 20), Optional.empty());
    }

    /**
     * Where a source table's rows go.
     *
     * @param select which columns; empty for all under their own names
     * @param key the destination columns by which rows are found again; empty for those that the source's key fills
     * @param where the place in the file, for {@link Problem#where()}: {@code stores.yaml:12, public.store}
     * @param reverse the declared way back; empty for the one that the {@code SELECT} itself gives
     * @param onConflict what becomes of rows that the destination has, on the way there
     */
    public record Table(
            TableId source,
            TableId destination,
            Optional<String> select,
            List<String> key,
            String where,
            Optional<Reverse> reverse,
            OnConflict onConflict) {}

    /**
     * How a table's rows come back.
     *
     * @param select from the destination's table
     * @param where the place in the file
     */
    public record Reverse(String select, String where) {}

    /**
     * How a member applies.
     *
     * @param threads stream threads, each with a connection of its own to the destination
     * @param rows at most this many rows in a destination transaction; for each full fifty of tables that they are of,
     *     up to four times
     * @param bytes at most about this much in a destination transaction; likewise, up to 32 MiB
     * @param age how long a change may wait for others to share its transaction; whole milliseconds
     * @param heldLimit how many rows may be held in a member's partitions before it halts
     */
    public record Apply(int threads, int rows, ByteSize bytes, Duration age, int heldLimit) {

        public static final Apply DEFAULT = new Apply(2, 5_000, new ByteSize(8L << 20), Duration.ofMillis(5), 10_000);
    }

    /**
     * How the source is captured.
     *
     * @param heartbeat how often an idle log is given a message of our own
     * @param slotTimeout within what time the replication slot must have been created
     * @param slotLagWarning how much log the source may keep for us before {@code status} warns
     */
    public record Capture(Duration heartbeat, Duration slotTimeout, ByteSize slotLagWarning) {

        public static final Capture DEFAULT =
                new Capture(Duration.ofSeconds(5), Duration.ofSeconds(60), new ByteSize(1L << 30));
    }

    /**
     * Where {@code /metrics}, {@code /health} and {@code /ready} are served.
     *
     * @param port 0 for none
     */
    public record Metrics(int port, String host) {

        public static final Metrics DEFAULT = new Metrics(9464, "127.0.0.1");
    }

    /**
     * Reads a file, replacing {@code ${NAME}} from the environment.
     *
     * @throws ProblemException of kind BAD_INPUT with everything that is wrong with it
     */
    public static MigrationFile read(Path path, Map<String, String> environment) {
        return parse(name(path), FileText.of(path), Variables.of(environment));
    }

    /**
     * The same for one who opens no connection: a variable may be unset where only the systems need it.
     *
     * @throws ProblemException see {@link #read}
     */
    public static MigrationFile readOffline(Path path, Map<String, String> environment) {
        return parse(name(path), FileText.of(path), Variables.neededIn(Set.of("migration", "tables"), environment));
    }

    static MigrationFile parse(String name, String text, Map<String, String> environment) {
        return parse(name, text, Variables.of(environment));
    }

    private static MigrationFile parse(String name, String text, Variables variables) {
        FileProblems problems = new FileProblems(name);
        YamlTree tree = YamlTree.read(text, YamlTree.Kind.MIGRATION, variables, problems);
        MigrationDocument document = DocumentBinding.bind(tree, MigrationDocument.class);
        return new DocumentReader(document, tree, problems).migration();
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /** The flow that this version runs. */
    public Flow flow() {
        return new Flow(migration, Direction.FORWARD);
    }
}
