package dev.switchback.pipeline.file;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonPointer;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.file.OperationSettings.Action;
import dev.switchback.pipeline.file.OperationSettings.Fence;
import dev.switchback.pipeline.file.OperationSettings.Hook;
import dev.switchback.pipeline.file.OperationSettings.On;
import dev.switchback.pipeline.file.OperationSettings.Webhook;
import dev.switchback.transforms.problem.NearName;

/** Checks the sections {@code fence:}, {@code hooks:} and {@code announce:}. */
final class OperationReader {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int TRIES = 3;
    private static final String CONSOLE = "postgresql://localhost:6432/pgbouncer";

    private static final Map<String, Set<String>> FENCES = Map.of(
            "triggers", Set.of(),
            "revoke", Set.of("roles"),
            "command", Set.of("close", "open", "closed", "timeout"),
            "pgbouncer", Set.of("admin", "user", "password", "databases"));

    private final YamlTree tree;
    private final FileProblems problems;

    OperationReader(YamlTree tree, FileProblems problems) {
        this.tree = tree;
        this.problems = problems;
    }

    OperationSettings operations(MigrationDocument document) {
        MigrationDocument.Fence fence = document.fence();
        Fence source = fence(fence, "source", fence == null ? null : fence.source());
        Fence destination = fence(fence, "destination", fence == null ? null : fence.destination());
        if (source instanceof Fence.PgBouncer && source.equals(destination)) {
            tree.problem(
                    "fence",
                    "The same PgBouncer databases cannot be the fence of both sides: each must lead to its side alone.",
                    "Write source: {type: pgbouncer, …} below fence: instead, and databases of its own for the other.");
        }
        return new OperationSettings(source, destination, hooks(document.hooks()), announcements(document.announce()));
    }

    private Fence fence(MigrationDocument.@Nullable Fence both, String side, MigrationDocument.@Nullable Fence ofSide) {
        if (ofSide != null) {
            if (ofSide.source() != null || ofSide.destination() != null) {
                tree.problem(
                        "fence/" + side,
                        "fence." + side + " has sides of its own.",
                        "Write type: and its settings there.");
            }
            return fence("fence/" + side, ofSide);
        }
        boolean sidesOnly =
                both != null && both.type() == null && (both.source() != null || both.destination() != null);
        return both == null || sidesOnly ? new Fence.Triggers() : fence("fence", both);
    }

    private Fence fence(String place, MigrationDocument.Fence fence) {
        String type = Objects.requireNonNullElse(fence.type(), "triggers");
        Set<String> known = FENCES.get(type);
        if (known == null) {
            List<String> types = FENCES.keySet().stream().sorted().toList();
            tree.problem(
                    place + "/type",
                    "There is no fence of type \"" + type + "\".",
                    NearName.hint(type, types, "There are " + String.join(", ", types) + "."));
            return new Fence.Triggers();
        }
        requireMeaning(place, type, known, fence);
        return switch (type) {
            case "revoke" -> new Fence.Revoke(names(place + "/roles", fence.roles(), "[app]"));
            case "command" ->
                new Fence.Command(
                        command(place + "/close", fence.close()),
                        command(place + "/open", fence.open()),
                        fence.closed() == null
                                ? Optional.empty()
                                : Optional.of(command(place + "/closed", fence.closed())),
                        timeout(place + "/timeout", fence.timeout()));
            case "pgbouncer" ->
                new Fence.PgBouncer(
                        console(place, fence.admin(), fence.user(), fence.password()),
                        databases(place + "/databases", names(place + "/databases", fence.databases(), "[shop]")));
            default -> new Fence.Triggers();
        };
    }

    private void requireMeaning(String place, String type, Set<String> known, MigrationDocument.Fence fence) {
        Map<String, Boolean> given = new HashMap<>();
        given.put("roles", fence.roles() != null);
        given.put("close", fence.close() != null);
        given.put("open", fence.open() != null);
        given.put("closed", fence.closed() != null);
        given.put("timeout", fence.timeout() != null);
        given.put("admin", fence.admin() != null);
        given.put("user", fence.user() != null);
        given.put("password", fence.password() != null);
        given.put("databases", fence.databases() != null);
        given.forEach((setting, there) -> {
            if (there && !known.contains(setting)) {
                tree.problem(
                        place + "/" + setting,
                        setting + " means nothing to a fence of type " + type + ".",
                        "Leave it out, or write type: " + typeOf(setting) + ".");
            }
        });
    }

    private static String typeOf(String setting) {
        return FENCES.entrySet().stream()
                .filter(type -> type.getValue().contains(setting))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private List<Hook> hooks(@Nullable List<MigrationDocument.@Nullable Hook> section) {
        List<Hook> hooks = new ArrayList<>();
        for (int i = 0; section != null && i < section.size(); i++) {
            String place = "hooks/" + i;
            MigrationDocument.Hook hook = section.get(i);
            if (hook == null) {
                tree.problem(place, "This hook is empty.", "Write sql:, command:, webhook: or pgbouncer:.");
            } else {
                hook(place, hook).ifPresent(hooks::add);
            }
        }
        return hooks;
    }

    private Optional<Hook> hook(String place, MigrationDocument.Hook hook) {
        long actions = Stream.of(hook.sql(), hook.command(), hook.webhook(), hook.pgbouncer())
                .filter(Objects::nonNull)
                .count();
        if (actions == 0 && tree.spoiltBelow(pointer(place))) {
            return Optional.empty();
        }
        if (actions != 1) {
            tree.problem(
                    place,
                    actions == 0 ? "This hook does nothing." : "This hook does several things.",
                    "Write one of sql:, command:, webhook: and pgbouncer:.");
            return Optional.empty();
        }
        if (hook.on() != null && hook.sql() == null) {
            tree.problem(place + "/on", "on means nothing to this hook.", "Leave it out; it says where sql: is run.");
        }
        if (hook.headers() != null && hook.webhook() == null) {
            tree.problem(place + "/headers", "headers mean nothing to this hook.", "Leave them out.");
        }
        Action action = action(place, hook);
        return Optional.of(new Hook(
                problems.place(tree.line(pointer(place))) + ", " + kind(action),
                action,
                timeout(place + "/timeout", hook.timeout()),
                tries(place + "/tries", hook.tries())));
    }

    private static JsonPointer pointer(String place) {
        return JsonPointer.compile("/" + place);
    }

    private static String kind(Action action) {
        return action instanceof Action.Sql
                ? "sql"
                : action instanceof Action.Command
                        ? "command"
                        : action instanceof Action.Post ? "webhook" : "pgbouncer";
    }

    private Action action(String place, MigrationDocument.Hook hook) {
        if (hook.sql() != null) {
            if (hook.sql().isBlank()) {
                tree.problem(place + "/sql", "This hook has no statement.", "Write one, or leave the hook out.");
            }
            return new Action.Sql(hook.sql(), on(place + "/on", hook.on()));
        }
        if (hook.command() != null) {
            return new Action.Command(command(place + "/command", hook.command()));
        }
        if (hook.webhook() != null) {
            return new Action.Post(webhook(place, hook.webhook(), hook.headers()));
        }
        MigrationDocument.PgBouncer pgbouncer = Objects.requireNonNull(hook.pgbouncer());
        List<String> databases = pgbouncer.databases() == null
                ? List.of()
                : names(place + "/pgbouncer/databases", pgbouncer.databases(), "[shop]");
        return new Action.PgBouncer(
                console(place + "/pgbouncer", pgbouncer.admin(), pgbouncer.user(), pgbouncer.password()),
                databases(place + "/pgbouncer/databases", databases));
    }

    private On on(String place, @Nullable String on) {
        if (on == null) {
            return On.NEW;
        }
        List<String> known = Stream.of(On.values())
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
        if (!known.contains(on)) {
            tree.problem(
                    place,
                    "\"" + on + "\" is no database of the migration.",
                    NearName.hint(on, known, "Write one of " + String.join(", ", known) + "."));
            return On.NEW;
        }
        return On.valueOf(on.toUpperCase(Locale.ROOT));
    }

    private List<Webhook> announcements(@Nullable List<MigrationDocument.@Nullable Announcement> section) {
        List<Webhook> announcements = new ArrayList<>();
        for (int i = 0; section != null && i < section.size(); i++) {
            String place = "announce/" + i;
            MigrationDocument.Announcement announcement = section.get(i);
            if (announcement == null || announcement.webhook() == null) {
                tree.problem(place, "This announcement has no webhook.", "Add webhook: \"https://…\".");
            } else {
                announcements.add(webhook(place, announcement.webhook(), announcement.headers()));
            }
        }
        return announcements;
    }

    private Webhook webhook(String place, String url, @Nullable Map<String, @Nullable String> headers) {
        if (!isHttp(url)) {
            tree.problem(place + "/webhook", "webhook is no http URL.", "Write webhook: \"https://host/path\".");
        }
        Map<String, Secret> given = new HashMap<>();
        if (headers != null) {
            headers.forEach((name, value) -> {
                if (value == null || !name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+") || value.matches("(?s).*[\r\n].*")) {
                    tree.problem(
                            place + "/headers",
                            "The header " + name + " has no value, or cannot be sent.",
                            "Write headers: {NAME: VALUE}.");
                } else {
                    given.put(name, new Secret(value));
                }
            });
        }
        return new Webhook(new Secret(url), Map.copyOf(given));
    }

    private static boolean isHttp(String text) {
        try {
            URI url = new URI(text);
            return ("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private PostgresSettings console(
            String place, @Nullable String admin, @Nullable String user, @Nullable String password) {
        String login = Objects.requireNonNullElse(user, "pgbouncer");
        try {
            if (admin == null) {
                throw new IllegalArgumentException("there is none");
            }
            PostgresSettings console = PostgresSettings.of(admin, login, Objects.requireNonNullElse(password, ""));
            if (!console.parameters().isEmpty()) {
                throw new IllegalArgumentException("the console is asked without parameters, and without TLS");
            }
            return console;
        } catch (IllegalArgumentException e) {
            tree.problem(
                    place + "/admin",
                    "The address of PgBouncer's admin console cannot be used: " + e.getMessage() + ".",
                    "Write admin: \"" + CONSOLE + "\".");
            return PostgresSettings.of(CONSOLE, login, "");
        }
    }

    private List<String> databases(String place, List<String> names) {
        if (names.stream().anyMatch(name -> name.contains("\""))) {
            tree.problem(place, "A database's name has a quote in it.", "PgBouncer's console takes none; rename it.");
        }
        return names;
    }

    private List<String> names(String place, @Nullable List<@Nullable String> names, String example) {
        String setting = place.substring(place.lastIndexOf('/') + 1);
        if (names == null || names.isEmpty()) {
            tree.problem(place, setting + " names nothing.", "Write " + setting + ": " + example + ".");
            return List.of();
        }
        List<String> found = names.stream().filter(Objects::nonNull).distinct().toList();
        if (found.stream().anyMatch(String::isBlank) || found.size() < names.size()) {
            tree.problem(place, setting + " has an empty name in it, or one twice.", "Name each once.");
        }
        return found;
    }

    private List<String> command(String place, @Nullable List<@Nullable String> words) {
        String setting = place.substring(place.lastIndexOf('/') + 1);
        List<String> found = words == null
                ? List.of()
                : words.stream().filter(Objects::nonNull).map(String::valueOf).toList();
        if (words == null || found.isEmpty() || found.get(0).isBlank() || found.size() < words.size()) {
            tree.problem(
                    place,
                    setting + " is no command.",
                    "Write the program and its arguments: " + setting + ": [/usr/local/bin/program, argument].");
            return List.of("true");
        }
        return found;
    }

    private Duration timeout(String place, @Nullable Duration timeout) {
        if (timeout != null && (timeout.isZero() || timeout.compareTo(Duration.ofHours(1)) > 0)) {
            tree.problem(place, "The timeout is out of bounds.", "Choose 1ms to 1h.");
        }
        return Objects.requireNonNullElse(timeout, TIMEOUT);
    }

    private int tries(String place, @Nullable Integer tries) {
        if (tries != null && (tries < 1 || tries > 20)) {
            tree.problem(place, "tries is out of bounds.", "Choose a number from 1 to 20.");
        }
        return Objects.requireNonNullElse(tries, TRIES);
    }
}
