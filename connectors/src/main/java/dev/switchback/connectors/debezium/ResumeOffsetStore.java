package dev.switchback.connectors.debezium;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.storage.OffsetBackingStore;
import org.apache.kafka.connect.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Tells Debezium where to begin, and forgets what it wants kept: the offset that counts is stored with the changes. Made
 * by Debezium, by class name.
 */
public final class ResumeOffsetStore implements OffsetBackingStore {

    private @Nullable EngineHooks hooks;

    @Override
    public void configure(WorkerConfig config) {
        hooks = EngineHooks.of(String.valueOf(config.originalsStrings().get(EngineHooks.PROPERTY)));
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public Future<Map<ByteBuffer, ByteBuffer>> get(Collection<ByteBuffer> keys) {
        Map<ByteBuffer, ByteBuffer> answer = new HashMap<>();
        Map<String, Object> offset = hooks == null ? null : hooks.resumeFrom();
        if (offset != null) {
            keys.forEach(key -> answer.put(key, json(offset)));
        }
        return CompletableFuture.completedFuture(answer);
    }

    @Override
    public Future<Void> set(Map<ByteBuffer, ByteBuffer> values, Callback<Void> callback) {
        callback.onCompletion(null, null);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Set<Map<String, Object>> connectorPartitions(String connector) {
        return Set.of();
    }

    private static ByteBuffer json(Map<String, Object> offset) {
        try {
            return ByteBuffer.wrap(new JsonMapper().writeValueAsString(offset).getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
