package dev.switchback.pipeline.cli;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.HeldChanges;
import dev.switchback.connectors.postgres.HeldChanges.Entry;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
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
            "A change waits behind earlier ones of its key; each is retried by itself, too."
        })
final class HeldVerb implements Callable<Integer> {

    private static final JsonMapper JSON = new JsonMapper();

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

    @Parameters(index = "2..*", paramLabel = "ID", description = "Which changes; for retry, all if none is named.")
    private List<Long> ids = new ArrayList<>();

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
        PostgresConnections destination = Plan.destination(file);
        try (Connection connection = destination.open()) {
            if (ControlSchema.control(connection, file.migration()).isEmpty()) {
                return listed(List.of());
            }
            HeldChanges held = new HeldChanges(connection, file.migration());
            return switch (action) {
                case list -> listed(held.list());
                case retry -> retried(ids.isEmpty() ? held.retryAll() : held.retry(ids));
                case discard -> discard(held);
            };
        } catch (SQLException e) {
            throw new ProblemException(destination.problem(e), e);
        }
    }

    private int discard(HeldChanges held) throws SQLException {
        Set<Long> wanted = Set.copyOf(ids);
        List<Entry> found = held.list().stream()
                .filter(entry -> wanted.contains(entry.id()))
                .toList();
        if (!yes) {
            listed(found);
            environment.err().println("Nothing was discarded. To give these up for good, add --yes.");
            return 0;
        }
        List<Long> gone = held.discard(ids, System.getProperty("user.name", "unknown"), why);
        if (json) {
            ArrayNode discarded = JSON.createArrayNode();
            gone.forEach(discarded::add);
            environment.out().println(JSON.createObjectNode().set("discarded", discarded));
        } else {
            environment.out().println("Discarded " + gone.size() + " changes, recorded in switchback.discarded.");
        }
        return 0;
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

    private int listed(List<Entry> entries) {
        if (json) {
            ArrayNode held = JSON.createArrayNode();
            entries.forEach(entry -> held.addObject()
                    .put("id", entry.id())
                    .put("table", entry.table())
                    .put("sourceKey", entry.sourceKey())
                    .put("destinationKey", entry.destinationKey())
                    .put("reason", entry.reason())
                    .put("sqlstate", entry.sqlstate())
                    .put("attempts", entry.attempts())
                    .put("heldAt", entry.heldAt().toString())
                    .put("retryAt", entry.retryAt().toString())
                    .put("first", entry.first()));
            environment.out().println(JSON.createObjectNode().set("held", held));
        } else if (entries.isEmpty()) {
            environment.out().println("No change is held.");
        } else {
            environment.out().println(HeldText.of(entries));
        }
        return 0;
    }
}
