package dev.switchback.connectors.debezium;

import java.util.List;
import java.util.Map;

import io.debezium.connector.postgresql.PostgresConnector;
import org.apache.kafka.connect.connector.Task;

/** Debezium's connector with our {@link TextTask}. Made by Debezium, by class name. */
@SuppressWarnings("unchecked") // an override within Debezium's own classes
public final class TextConnector extends PostgresConnector {

    @Override
    public Class<? extends Task> taskClass() {
        return TextTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int most) {
        List<Map<String, String>> configs = super.taskConfigs(most);
        // Debezium looks services up by the connector's class, and knows its own only.
        configs.forEach(config -> config.put("connector.class", PostgresConnector.class.getName()));
        return configs;
    }
}
