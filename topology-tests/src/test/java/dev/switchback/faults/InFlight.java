package dev.switchback.faults;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;

import dev.switchback.connectors.postgres.CheckpointRow;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.platform.EmbeddedDatabase;

/** Whether a role that stands still right now has work under way that its death would cut off. */
record InFlight(Admin admin, EmbeddedDatabase destination, OwnerWatch owners) {

    /** Whether capture has a Kafka transaction open. */
    boolean captureTransaction() {
        String id = FaultMigration.FLOW.captureTransactionalId();
        try {
            return answer(admin.describeTransactions(List.of(id)).description(id))
                            .state()
                    == TransactionState.ONGOING;
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof TransactionalIdNotFoundException) {
                return false;
            }
            throw e;
        }
    }

    /** Whether this member has written to the destination in a transaction that is not committed. */
    boolean destinationTransaction(String member) {
        return "t"
                .equals(destination.value("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = '" + member
                        + "' AND backend_xid IS NOT NULL)"));
    }

    /** Whether this member has committed changes to the destination that Kafka would hand out again. */
    boolean destinationAheadOfKafka(String member) {
        Set<String> owned = owners.ownedBy(member);
        Map<TopicPartition, Long> applied = applied();
        Map<TopicPartition, OffsetAndMetadata> committed =
                answer(admin.listConsumerGroupOffsets(FaultMigration.FLOW.applicationId())
                        .partitionsToOffsetAndMetadata());
        return applied.entrySet().stream()
                .filter(entry -> owned.contains(entry.getKey().toString()))
                .anyMatch(entry -> committed.get(entry.getKey()) != null
                        && committed.get(entry.getKey()).offset() < entry.getValue());
    }

    private Map<TopicPartition, Long> applied() {
        try (var connection = destination.connect()) {
            return ControlSchema.checkpoints(connection, FaultMigration.FLOW).stream()
                    .collect(Collectors.toMap(
                            row -> new TopicPartition(
                                    row.input().topic(), row.input().partition()),
                            Function.<CheckpointRow>identity()
                                    .andThen(row -> row.checkpoint().nextOffset())));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
