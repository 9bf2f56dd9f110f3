package dev.switchback.pipeline.cli;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

import dev.switchback.connectors.postgres.Conflicts;
import dev.switchback.connectors.postgres.Conflicts.Difference;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.HeldChanges;
import dev.switchback.connectors.postgres.HeldChanges.Entry;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.held.HeldId;
import dev.switchback.pipeline.held.HeldText;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.problem.ProblemException;

/** Shows changes that could not be applied, tries them again, or gives them up. */
@Command(
        name = "held",
        mixinStandardHelpOptions = true,
        description = "List changes that could not be applied, try them again, or give them up for good.",
        footer = {
            "",
            "Examples:",
            "  switchback held stores.yaml",
            "  switchback held stores.yaml retry",
            "  switchback held stores.yaml retry 17 18",
            "  switchback held stores.yaml discard 17 --why 'row was deleted by hand'         (shows what would go)",
            "  switchback held stores.yaml discard 17 --why 'row was deleted by hand' --yes",
            "",
            "A change waits behind earlier ones of its key; each is retried by itself, too.",
            "Those with an r in their ID are on their way back: the source holds them after a cutover."
        })
final class HeldVerb implements Callable<Integer> {

    private static final JsonMapper JSON = new JsonMapper();

    private static final int DIFFERENCES_SHOWN = 1_000;

    private final Environment environment;

    @Mixin
    private MigrationOptions migration = new MigrationOptions();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ACTION",
            defaultValue = "list",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Action action = Action.list;

    @Parameters(
            index = "2..*",
            paramLabel = "ID",
            converter = IdConverter.class,
            description = "Which changes, as they are listed; for retry, all if none is named.")
    private List<HeldId> ids = new ArrayList<>();

    @Option(names = "--why", paramLabel = "TEXT", description = "For discard: the reason, which is recorded.")
    private String why = "";

    @Option(names = "--yes", description = "For discard: do it.")
    private boolean yes;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** What to do with held changes. Named as it is written on the command line. */
    enum Action {
        list,
        retry,
        discard
    }

    HeldVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        if (action == Action.discard && (ids.isEmpty() || why.isBlank())) {
            throw new ParameterException(spec.commandLine(), "discard needs the IDs of changes, and --why");
        }
        MigrationFile file = migration.read(environment);
        return switch (action) {
            case list -> listed(list(file), differences(file));
            case retry -> retried(retry(file));
            case discard -> discard(file);
        };
    }

    private List<Entry> list(MigrationFile file) {
        List<Entry> entries = new ArrayList<>(in(Direction.FORWARD, file, List.of(), HeldChanges::list));
        entries.addAll(in(Direction.REVERSE, file, List.of(), HeldChanges::list));
        return entries;
    }

    /** Rows of tables that are only compared. */
    private List<Difference> differences(MigrationFile file) {
        boolean compares = file.tables().values().stream()
                .anyMatch(table -> table.onConflict().kind() == OnConflict.Kind.COMPARE);
        if (!compares) {
            return List.of();
        }
        return asked(
                Plan.destination(file),
                file,
                List.of(),
                connection -> Conflicts.differences(connection, file.migration(), DIFFERENCES_SHOWN));
    }

    private int retry(MigrationFile file) {
        int due = 0;
        for (Direction direction : Direction.values()) {
            List<Long> numbers = numbers(direction);
            if (ids.isEmpty()) {
                due += in(direction, file, 0, HeldChanges::retryAll);
            } else if (!numbers.isEmpty()) {
                due += in(direction, file, 0, held -> held.retry(numbers));
            }
        }
        return due;
    }

    private int discard(MigrationFile file) {
        if (!yes) {
            Set<HeldId> wanted = Set.copyOf(ids);
            listed(
                    list(file).stream()
                            .filter(entry -> wanted.contains(HeldId.of(entry)))
                            .toList(),
                    List.of());
            environment.err().println("Nothing was discarded. To give these up for good, add --yes.");
            return 0;
        }
        String who = System.getProperty("user.name", "unknown");
        List<HeldId> gone = new ArrayList<>();
        for (Direction direction : Direction.values()) {
            List<Long> numbers = numbers(direction);
            if (!numbers.isEmpty()) {
                in(direction, file, List.<Long>of(), held -> held.discard(numbers, who, why))
                        .forEach(number -> gone.add(new HeldId(direction, number)));
            }
        }
        if (json) {
            ArrayNode discarded = JSON.createArrayNode();
            gone.forEach(id -> discarded.add(id.toString()));
            environment.out().println(JSON.createObjectNode().set("discarded", discarded));
        } else {
            environment.out().println("Discarded " + gone.size() + " changes, recorded in switchback.discarded.");
        }
        return 0;
    }

    private List<Long> numbers(Direction direction) {
        return ids.stream()
                .filter(id -> id.direction() == direction)
                .map(HeldId::number)
                .toList();
    }

    /** What is done with the changes that a flow holds, which it does where it applies them. */
    @FunctionalInterface
    private interface Use<T> {
        T of(HeldChanges held) throws SQLException;
    }

    private <T> T in(Direction direction, MigrationFile file, T nothing, Use<T> use) {
        PostgresConnections database = direction == Direction.FORWARD ? Plan.destination(file) : Plan.source(file);
        try {
            return asked(database, file, nothing, connection -> use.of(new HeldChanges(connection, file.migration())));
        } catch (ProblemException e) {
            if (direction == Direction.REVERSE && numbers(direction).isEmpty()) {
                // Before a cutover it holds nothing, and is not needed.
                e.problems().forEach(problem -> environment
                        .err()
                        .println("Note: what the source holds is not known. " + problem.what()));
                return nothing;
            }
            throw e;
        }
    }

    private interface Question<T> {
        T of(Connection connection) throws SQLException;
    }

    /** @param nothing the answer of a database that knows nothing of the migration */
    private static <T> T asked(PostgresConnections database, MigrationFile file, T nothing, Question<T> question) {
        try (Connection connection = database.open()) {
            return ControlSchema.control(connection, file.migration()).isEmpty() ? nothing : question.of(connection);
        } catch (SQLException e) {
            throw new ProblemException(database.problem(e), e);
        }
    }

    /** Reads what {@link HeldId} writes. */
    static final class IdConverter implements ITypeConverter<HeldId> {
        @Override
        public HeldId convert(String text) {
            try {
                return HeldId.parse(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not the ID of a change");
            }
        }
    }

    private int retried(int due) {
        environment
                .out()
                .println(
                        json
                                ? JSON.createObjectNode().put("due", due).toString()
                                : due + " changes are tried again now.");
        return 0;
    }

    private int listed(List<Entry> entries, List<Difference> differences) {
        if (json) {
            ArrayNode held = JSON.createArrayNode();
            entries.forEach(entry -> held.addObject()
                    .put("id", HeldId.of(entry).toString())
                    .put("direction", entry.direction())
                    .put("table", entry.table())
                    .put("sourceKey", entry.sourceKey())
                    .put("destinationKey", entry.destinationKey())
                    .put("reason", entry.reason())
                    .put("sqlstate", entry.sqlstate())
                    .put("attempts", entry.attempts())
                    .put("heldAt", entry.heldAt().toString())
                    .put("retryAt", entry.retryAt().toString())
                    .put("first", entry.first()));
            ObjectNode all = JSON.createObjectNode().set("held", held);
            ArrayNode differing = all.putArray("differences");
            differences.forEach(difference -> differing
                    .addObject()
                    .put("table", difference.table())
                    .put("key", difference.key())
                    .put("mutation", difference.mutation())
                    .put("content", difference.content())
                    .put("foundAt", difference.foundAt().toString()));
            environment.out().println(all);
            return 0;
        }
        environment.out().println(entries.isEmpty() ? "No change is held." : HeldText.of(entries));
        differences.forEach(difference -> environment.out().println(HeldText.line(difference)));
        if (differences.size() == DIFFERENCES_SHOWN) {
            environment
                    .out()
                    .println("There may be more: these are the first " + DIFFERENCES_SHOWN
                            + " of switchback.difference.");
        }
        return 0;
    }
}
