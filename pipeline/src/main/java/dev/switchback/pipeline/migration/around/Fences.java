package dev.switchback.pipeline.migration.around;

import java.util.Collection;

import dev.switchback.connectors.command.CommandGate;
import dev.switchback.connectors.command.ExternalCommand;
import dev.switchback.connectors.pgbouncer.PgBouncer;
import dev.switchback.connectors.pgbouncer.PgBouncerGate;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.fence.GateFence;
import dev.switchback.connectors.postgres.fence.RevokeFence;
import dev.switchback.connectors.postgres.fence.TriggerFence;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.pipeline.file.OperationSettings;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.transforms.schema.TableId;

/** Makes the fence of a side as the file wants it. Stateless. */
public final class Fences {

    private Fences() {}

    /**
     * A side's fence.
     *
     * @param database that side's
     * @param tables the declared tables of that side
     */
    public static Fence of(
            OperationSettings settings,
            Side side,
            PostgresConnections database,
            String migration,
            Collection<TableId> tables) {
        OperationSettings.Fence fence = side == Side.SOURCE ? settings.source() : settings.destination();
        if (fence instanceof OperationSettings.Fence.Revoke revoke) {
            return new RevokeFence(database, migration, tables, revoke.roles());
        }
        if (fence instanceof OperationSettings.Fence.Command command) {
            CommandGate.Commands commands = new CommandGate.Commands(
                    new ExternalCommand(command.close()),
                    new ExternalCommand(command.open()),
                    command.closed().map(ExternalCommand::new),
                    command.timeout());
            return new GateFence(database, migration, tables, new CommandGate(commands, migration, side.toString()));
        }
        if (fence instanceof OperationSettings.Fence.PgBouncer bouncer) {
            PgBouncerGate gate = new PgBouncerGate(new PgBouncer(bouncer.console()), bouncer.databases());
            return new GateFence(database, migration, tables, gate);
        }
        return new TriggerFence(database, migration, tables);
    }
}
