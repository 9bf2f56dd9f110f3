package dev.switchback.pipeline.file;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.file.MigrationFile.Kafka;
import dev.switchback.pipeline.file.MigrationFile.Login;
import dev.switchback.pipeline.file.MigrationFile.Registry;

/** Checks a document setting by setting, fills in what is left out, and makes a {@link MigrationFile} of it. */
final class DocumentReader {

    private static final URI NOWHERE = URI.create("http:/");
    private static final PostgresSettings UNKNOWN = new PostgresSettings("", 0, "", "", "", "");

    private final MigrationDocument document;
    private final YamlTree tree;
    private final FileProblems problems;

    DocumentReader(MigrationDocument document, YamlTree tree, FileProblems problems) {
        this.document = document;
        this.tree = tree;
        this.problems = problems;
    }

    /** @throws dev.switchback.transforms.problem.ProblemException with all that was found, by the binding too */
    MigrationFile migration() {
        String name = name();
        PostgresSettings source = database("source", document.source());
        PostgresSettings destination = database("destination", document.destination());
        requireTwoDatabases(source, destination);
        TuningReader tuning = new TuningReader(tree);
        MigrationFile file = new MigrationFile(
                name,
                source,
                destination,
                kafka(document.kafka()),
                registry(document.registry()),
                tuning.topics(document.topics()),
                new TablesReader(tree, problems).tables(document.tables()),
                tuning.apply(document.apply()),
                tuning.capture(document.capture()),
                tuning.metrics(document.metrics()),
                new OperationReader(tree, problems).operations(document));
        problems.requireNone();
        return file;
    }

    private String name() {
        String name = document.migration();
        if (name == null) {
            tree.problem("migration", "The migration has no name.", "Add migration: NAME at the top.");
        } else if (!name.matches("[a-z][a-z0-9_]{0,39}")) {
            tree.problem(
                    "migration",
                    "\"" + name + "\" cannot name a migration.",
                    "Use lower-case letters, digits and underscores, a letter first, 40 at most:"
                            + " it becomes part of slot and topic names.");
        }
        return Objects.requireNonNullElse(name, "");
    }

    private PostgresSettings database(String side, MigrationDocument.@Nullable Database section) {
        if (section == null) {
            tree.problem(side, "The " + side + " is not declared.", "Add " + side + ": with url, user and password.");
            return UNKNOWN;
        }
        String type = Objects.requireNonNullElse(section.type(), "postgres");
        if (!type.equals("postgres")) {
            tree.problem(side + "/type", "\"" + type + "\" comes with a later version.", "Write type: postgres.");
        }
        String url = required(side, "url", section.url(), "postgresql://host:5432/database");
        String user = required(side, "user", section.user(), "switchback");
        String password =
                required(side, "password", section.password(), "${" + side.toUpperCase(Locale.ROOT) + "_PASSWORD}");
        if (url == null || !type.equals("postgres")) {
            return UNKNOWN;
        }
        return database(side, url, Objects.requireNonNullElse(user, ""), Objects.requireNonNullElse(password, ""));
    }

    private PostgresSettings database(String side, String url, String user, String password) {
        try {
            return PostgresSettings.of(url, user, password);
        } catch (IllegalArgumentException e) {
            tree.problem(
                    side + "/url",
                    side + ".url cannot be used: " + e.getMessage() + ".",
                    "Write url: \"postgresql://host:5432/database\".");
            return UNKNOWN;
        }
    }

    private @Nullable String required(String section, String setting, @Nullable String value, String example) {
        if (value == null || value.isBlank()) {
            tree.problem(
                    section + "/" + setting,
                    "The " + section + " has no " + setting + ".",
                    "Add " + setting + ": \"" + example + "\".");
            return null;
        }
        return value;
    }

    private void requireTwoDatabases(PostgresSettings source, PostgresSettings destination) {
        if (!source.host().isEmpty() && source.toString().equals(destination.toString())) {
            tree.problem(
                    "destination",
                    "Source and destination are the same database, " + source + ".",
                    "Change one of the URLs.");
        }
    }

    private Optional<Kafka> kafka(@Nullable Map<String, @Nullable String> section) {
        if (section == null) {
            return Optional.empty();
        }
        Map<String, Secret> settings = new HashMap<>();
        section.forEach((name, value) -> {
            if (value == null) {
                tree.problem("kafka/" + name, "kafka has no value for " + name + ".", "Give it one, or leave it out.");
            } else {
                settings.put(name, new Secret(value));
            }
        });
        if (!section.containsKey("bootstrap.servers")) {
            tree.problem(
                    "kafka",
                    "kafka has no bootstrap.servers.",
                    "Add bootstrap.servers: \"host:9092\", or leave kafka: out for the embedded broker.");
        }
        return Optional.of(new Kafka(settings));
    }

    private Optional<Registry> registry(MigrationDocument.@Nullable Registry section) {
        if (section == null) {
            return Optional.empty();
        }
        Optional<URI> url = httpUrl(section.url());
        String user = section.user();
        String password = section.password();
        if (url.isEmpty()) {
            tree.problem("registry/url", "registry has no http URL.", "Add url: \"http://host:8081\".");
        } else if (url.get().getUserInfo() != null) {
            tree.problem("registry/url", "The URL holds a login.", "Write user: and password: beside it instead.");
        }
        if ((user == null) != (password == null)) {
            tree.problem("registry", "registry has half a login.", "Add both user: and password:, or neither.");
        }
        Optional<Login> login = user == null || password == null
                ? Optional.empty()
                : Optional.of(new Login(user, new Secret(password)));
        return Optional.of(new Registry(url.orElse(NOWHERE), login));
    }

    private static Optional<URI> httpUrl(@Nullable String text) {
        try {
            return Optional.of(new URI(Objects.requireNonNullElse(text, "")))
                    .filter(url -> "http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    .filter(url -> url.getHost() != null);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
