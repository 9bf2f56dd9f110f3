package dev.switchback.pipeline.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.teardown.Completion;
import dev.switchback.pipeline.migration.teardown.Teardown;
import dev.switchback.pipeline.migration.teardown.Teardown.Found;
import dev.switchback.pipeline.migration.teardown.Thing;
import dev.switchback.pipeline.migration.topic.KafkaLedger;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.migration.topic.ThisProcess;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Ends a migration and takes away what it has left. */
@Command(
        name = "complete",
        mixinStandardHelpOptions = true,
        description = {
            "End a migration: drop its slots, publications, triggers, topics, groups, local state and, when no other"
                    + " migration uses it, the switchback schema. There is no way back behind it.",
            "Without --yes it only lists what would go. It may be repeated until nothing is left."
        },
        footer = {
            "",
            "Examples:",
            "  switchback complete stores.yaml            (lists)",
            "  switchback complete stores.yaml --yes",
            "  switchback complete stores.yaml --yes --give-up-the-way-back     (before a cutover)"
        })
final class CompleteVerb implements Callable<Integer> {

    private static final JsonMapper JSON = new JsonMapper();

    private final Environment environment;

    @Mixin
    private MigrationOptions migration = new MigrationOptions();

    @Option(names = "--yes", description = "Do it.")
    private boolean yes;

    @Option(names = "--dry-run", description = "Only list, also with --yes.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--give-up-the-way-back",
            description = "Also where the migration is not switched, or nobody knows where it stands.")
    private boolean giveUp;

    CompleteVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        Logs.intoFile(migration.data());
        MigrationFile file = migration.read(environment);
        Map<Side, PostgresConnections> databases =
                Map.of(Side.SOURCE, Plan.source(file), Side.DESTINATION, Plan.destination(file));
        try (Kafka kafka = Kafka.of(file, migration.data())) {
            Path directory = migration.data().resolve(file.migration());
            return complete(
                    file, databases, kafka, new Teardown(file.migration(), databases, kafka.settings, directory));
        }
    }

    private int complete(MigrationFile file, Map<Side, PostgresConnections> databases, Kafka kafka, Teardown teardown) {
        Completion completion = new Completion(file.migration(), databases);
        Optional<LedgerTopic> topic = kafka.ledger(file.migration());
        Optional<MigrationState> state = topic.map(CompleteVerb::state);
        Found found = teardown.list();
        boolean nothing = found.things().isEmpty() && found.problems().isEmpty();
        List<Problem> obstacles = nothing ? List.of() : completion.obstacles(state, giveUp);
        if (nothing || !yes || dryRun || !obstacles.isEmpty()) {
            listed(file.migration(), state, found);
            List<Problem> problems = new ArrayList<>(found.problems());
            problems.addAll(obstacles);
            return environment.report(problems);
        }
        topic.ifPresent(each -> decide(completion, each));
        List<Thing> gone = new ArrayList<>();
        Found left = teardown.remove(thing -> gone(thing, gone));
        ended(file.migration(), gone, left);
        return environment.report(left.problems());
    }

    private static MigrationState state(LedgerTopic topic) {
        try (Ledger ledger = open(topic)) {
            return ledger.read();
        }
    }

    private static void decide(Completion completion, LedgerTopic topic) {
        try (Ledger ledger = open(topic)) {
            var unused = completion.complete(ledger);
        }
    }

    private static Ledger open(LedgerTopic topic) {
        return new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC());
    }

    private void listed(String name, Optional<MigrationState> state, Found found) {
        String phase = state.map(each -> each.phase().toString()).orElse("unknown");
        if (json) {
            print(name, List.of(), found, phase);
            return;
        }
        if (found.things().isEmpty()) {
            environment.out().println("Nothing is left of " + name + ".");
            return;
        }
        environment.out().println(name + " is " + phase + ". This would go, for good:");
        found.things().forEach(thing -> environment.out().println("  " + thing + ": " + thing.what()));
        environment.out().println("Nothing was taken away. To end the migration, add --yes.");
    }

    private void gone(Thing thing, List<Thing> gone) {
        gone.add(thing);
        if (!json) {
            environment.out().println("gone: " + thing);
        }
    }

    private void ended(String name, List<Thing> gone, Found left) {
        if (json) {
            print(name, gone, left, "completed");
        } else if (left.things().isEmpty()) {
            environment.out().println(name + " is completed: nothing is left of it.");
        } else {
            environment.out().println(name + " is completed; " + left.things().size() + " things are left:");
            left.things().forEach(thing -> environment.out().println("  " + thing));
            environment.out().println("Call it again when what is in the way has been dealt with.");
        }
    }

    private void print(String name, List<Thing> gone, Found left, String phase) {
        ObjectNode object = JSON.createObjectNode().put("migration", name).put("phase", phase);
        object.set("gone", array(gone));
        object.set("left", array(left.things()));
        environment.out().println(object);
    }

    private static ArrayNode array(List<Thing> things) {
        ArrayNode array = JSON.createArrayNode();
        things.forEach(thing -> array.addObject()
                .put("where", thing.where())
                .put("kind", thing.kind())
                .put("name", thing.name())
                .put("what", thing.what()));
        return array;
    }

    /** The migration's Kafka: the one of its file, the embedded one that another process runs, or that one run by us. */
    private static final class Kafka implements AutoCloseable {

        private final Optional<Map<String, Object>> settings;
        private final Optional<EmbeddedBroker> own;
        private final List<Problem> instead;

        private Kafka(Optional<Map<String, Object>> settings, Optional<EmbeddedBroker> own, List<Problem> instead) {
            this.settings = settings;
            this.own = own;
            this.instead = instead;
        }

        static Kafka of(MigrationFile file, Path data) {
            Optional<KafkaAccess> declared = KafkaAccess.declared(file);
            if (declared.isPresent()) {
                return new Kafka(declared.map(KafkaAccess::settings), Optional.empty(), List.of());
            }
            Optional<String> address = EmbeddedBroker.addressIn(data);
            if (address.isEmpty()) {
                return new Kafka(Optional.empty(), Optional.empty(), List.of());
            }
            try {
                EmbeddedBroker broker = EmbeddedBroker.start(data);
                return new Kafka(Optional.of(at(broker.bootstrapServers())), Optional.of(broker), List.of());
            } catch (ProblemException e) {
                // Another process runs it; should that not be so, the reason is told.
                return new Kafka(address.map(Kafka::at), Optional.empty(), e.problems());
            }
        }

        private static Map<String, Object> at(String address) {
            return Map.of("bootstrap.servers", address);
        }

        /** The migration's ledger; empty where there is none. */
        Optional<LedgerTopic> ledger(String migration) {
            try {
                return settings.map(each -> new LedgerTopic(each, migration)).filter(LedgerTopic::exists);
            } catch (ProblemException e) {
                List<Problem> problems = new ArrayList<>(e.problems());
                problems.addAll(instead);
                throw new ProblemException(problems, e);
            }
        }

        @Override
        public void close() {
            own.ifPresent(EmbeddedBroker::close);
        }
    }
}
