package dev.switchback.connectors.debezium;

import java.util.Map;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.SourceInfoStructMaker;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import io.debezium.pipeline.EventDispatcher;
import io.debezium.pipeline.signal.actions.SignalAction;
import io.debezium.pipeline.signal.actions.SignalActionProvider;
import io.debezium.pipeline.source.spi.DataChangeEventListener;
import io.debezium.pipeline.spi.Partition;
import io.debezium.spi.schema.DataCollectionId;

/**
 * Keeps Debezium from writing every event out as text for a JMX attribute, "the last event", which is a quarter of what
 * the engine's thread does. There is no setting for it; but Debezium (3.5.0, {@code
 * ChangeEventSourceCoordinator.streamEvents}) asks providers of signals for theirs right behind giving the dispatcher its
 * metrics, and shows them the dispatcher. We have no signals. Made by Debezium's service loader.
 */
public final class QuietDispatch implements SignalActionProvider {

    @Override
    public <P extends Partition> Map<String, SignalAction<P>> createActions(
            EventDispatcher<P, ? extends DataCollectionId> dispatcher,
            ChangeEventSourceCoordinator<P, ?> coordinator,
            CommonConnectorConfig config) {
        SourceInfoStructMaker<?> source = config.getSourceInfoStructMaker();
        if (source instanceof TerseSource) { // An engine of ours: somebody else may run one in this process.
            dispatcher.setEventListener(DataChangeEventListener.NO_OP());
        }
        return Map.of();
    }
}
