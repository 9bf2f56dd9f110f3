package dev.switchback.pipeline.migration.around;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import dev.switchback.connectors.command.ExternalCommand;
import dev.switchback.connectors.pgbouncer.PgBouncer;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.pipeline.file.OperationSettings.Action;
import dev.switchback.pipeline.file.OperationSettings.Hook;
import dev.switchback.pipeline.file.OperationSettings.On;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Makes the hooks that the file declares, in its order. */
public final class Hooks {

    private final String migration;
    private final Map<Side, PostgresConnections> databases;

    public Hooks(String migration, Map<Side, PostgresConnections> databases) {
        this.migration = migration;
        this.databases = Map.copyOf(databases);
    }

    public List<Parts.Hook> of(List<Hook> declared) {
        return declared.stream().map(this::of).toList();
    }

    private Parts.Hook of(Hook hook) {
        return new RetriedHook(hook.name(), hook.timeout(), hook.tries(), attempt(hook.action()));
    }

    private RetriedHook.Attempt attempt(Action action) {
        if (action instanceof Action.Sql sql) {
            return (side, timeout) -> sql(sql, side, timeout);
        }
        if (action instanceof Action.Command command) {
            ExternalCommand program = new ExternalCommand(command.words());
            return (side, timeout) ->
                    program.run(Map.of("SWITCHBACK_MIGRATION", migration, "SWITCHBACK_SIDE", side.toString()), timeout);
        }
        if (action instanceof Action.Post post) {
            JsonPost target = new JsonPost(post.webhook());
            return (side, timeout) -> target.send(json(side), timeout);
        }
        Action.PgBouncer pgbouncer = (Action.PgBouncer) action;
        PgBouncer bouncer = new PgBouncer(pgbouncer.console());
        return (side, timeout) -> {
            bouncer.reload();
            bouncer.resume(pgbouncer.databases(), timeout);
        };
    }

    private String json(Side takesWrites) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("migration", migration)
                .put("takesWrites", takesWrites.toString())
                .toString();
    }

    private void sql(Action.Sql sql, Side takesWrites, Duration timeout) {
        PostgresConnections database = Objects.requireNonNull(databases.get(side(sql.on(), takesWrites)));
        try (Connection connection = database.open(timeout.plusSeconds(5));
                Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = " + timeout.toMillis());
            statement.execute(sql.sql());
        } catch (SQLException failure) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            database.where(),
                            "The statement failed with " + failure.getSQLState() + ": " + failure.getMessage() + ".",
                            "Run it by hand once it can be."),
                    failure);
        }
    }

    private static Side side(On on, Side takesWrites) {
        return switch (on) {
            case SOURCE -> Side.SOURCE;
            case DESTINATION -> Side.DESTINATION;
            case NEW -> takesWrites;
            case OLD -> takesWrites.other();
        };
    }
}
