package dev.switchback.connectors.debezium;

import java.util.HashSet;
import java.util.Set;

import dev.switchback.connectors.postgres.LogMessage.LeafTruncated;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Tells the TRUNCATE of a single partition, which cannot be carried, from that of its whole table, which reports each
 * partition as well. Not thread-safe.
 */
final class LeafTruncates {

    private final String where;
    private final Set<TableId> emptied = new HashSet<>();
    private long commitLsn;

    LeafTruncates(String where) {
        this.where = where;
    }

    /** @param commitLsn names the transaction: the last commit before it */
    void passed(long commitLsn, Change change) {
        enter(commitLsn);
        if (change.operation() == Operation.TRUNCATE) {
            emptied.add(change.table());
        } else if (!emptied.isEmpty()) {
            emptied.remove(change.table());
        }
    }

    /** @throws ProblemException when rows may have been in the partition */
    void check(long commitLsn, LeafTruncated leaf) {
        enter(commitLsn);
        if (!emptied.contains(leaf.root())) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    "The partition " + leaf.leaf() + " of " + leaf.root()
                            + " was truncated by itself, which the log does not tell row by row. Everything before that"
                            + " is in Kafka, nothing after it.",
                    "Start the migration anew; until it is over, delete a partition's rows with DELETE, or truncate "
                            + leaf.root() + " as a whole."));
        }
    }

    private void enter(long transaction) {
        if (transaction != commitLsn) {
            commitLsn = transaction;
            emptied.clear();
        }
    }
}
