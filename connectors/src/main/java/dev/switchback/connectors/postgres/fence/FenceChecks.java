package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.fence.FencedRelation.Trigger;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.schema.TableId;

/** What would keep a fence from closing, or leave a way around it. Looks only. */
final class FenceChecks {

    /** A writer that has been at it for longer is not likely to end while a fence waits. */
    private static final Duration LONG = Duration.ofSeconds(5);

    private static final String SUBSCRIBED = "SELECT n.nspname, c.relname, s.subname FROM pg_subscription_rel r"
            + " JOIN pg_class c ON c.oid = r.srrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " LEFT JOIN LATERAL (SELECT subname FROM pg_stat_subscription s WHERE s.subid = r.srsubid LIMIT 1) s ON true"
            + " WHERE r.srrelid = ANY (?) ORDER BY 1, 2, 3";

    private final String where;
    private final Connection connection;

    FenceChecks(String where, Connection connection) {
        this.where = where;
        this.connection = connection;
    }

    List<Problem> problems(List<FencedRelation> relations, Collection<TableId> declared) throws SQLException {
        List<Problem> problems = new ArrayList<>(obstacles(relations, declared));
        named(relations, relation -> relation.trigger() == Trigger.MISSING)
                .ifPresent(names -> problems.add(refused(
                        "The fence has no trigger on " + names + ".", "Arm it, which takes new partitions in.")));
        named(relations, relation -> relation.trigger() == Trigger.OTHERWISE)
                .ifPresent(names -> problems.add(refused(
                        "Somebody has enabled the fence's trigger by hand on " + names + ".", "Arm it again.")));
        return problems;
    }

    /** The same, but for triggers: arming sees to those. */
    List<Problem> obstacles(List<FencedRelation> relations, Collection<TableId> declared) throws SQLException {
        List<Problem> problems = new ArrayList<>();
        Set<TableId> there = relations.stream().map(FencedRelation::id).collect(Collectors.toSet());
        declared.stream()
                .filter(table -> !there.contains(table))
                .forEach(table -> problems.add(refused("Table " + table + " does not exist.", "Correct its name.")));
        named(relations, relation -> !relation.owned())
                .ifPresent(names -> problems.add(refused(
                        "This user may not enable triggers on " + names + ", since it is not their owner.",
                        "Grant it the role that owns them.")));
        subscribed(relations, problems);
        blockers(relations, problems);
        return problems;
    }

    /** Whose workers write without asking a fence. */
    void subscribed(List<FencedRelation> relations, List<Problem> problems) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SUBSCRIBED)) {
            Long[] oids = relations.stream().map(FencedRelation::oid).toArray(Long[]::new);
            statement.setArray(1, connection.createArrayOf("oid", oids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String name = row.getString(3);
                    problems.add(refused(
                            "Table " + new TableId(row.getString(1), row.getString(2))
                                    + " is filled by a subscription"
                                    + (name == null ? "" : " (" + name + ")")
                                    + ", whose workers fire no statement trigger: the fence would not stop them.",
                            "Drop the subscription, or take the table out of it."));
                }
            }
        }
    }

    /** VACUUM, CREATE INDEX, ALTER TABLE and their like, however young, but for autovacuum, which yields. */
    List<Problem> maintenance(List<FencedRelation> relations) throws SQLException {
        return Blocker.maintaining(connection, relations).stream()
                .filter(blocker -> !blocker.vacuum())
                .map(blocker -> refused(
                        "Table " + blocker.table() + " is held by " + blocker
                                + ", for whose end the fence would wait before it opens.",
                        remedy(blocker)))
                .toList();
    }

    private void blockers(List<FencedRelation> relations, List<Problem> problems) throws SQLException {
        for (Blocker blocker : staying(relations)) {
            problems.add(refused(
                    "Table " + blocker.table() + (blocker.prepared() ? " is written by " : " is held by ") + blocker
                            + ", for whose end the fence would wait.",
                    remedy(blocker)));
        }
    }

    /** An autovacuum yields to a fence, but only when that has waited for a second; by itself it is often over sooner. */
    private List<Blocker> staying(List<FencedRelation> relations) throws SQLException {
        long deadline = System.nanoTime() + LONG.toNanos();
        List<Blocker> staying;
        do {
            staying = Blocker.of(connection, relations).stream()
                    .filter(FenceChecks::stays)
                    .toList();
        } while (!staying.isEmpty() && staying.stream().allMatch(Blocker::vacuum) && Rest.until(deadline));
        return staying;
    }

    private static boolean stays(Blocker blocker) {
        return blocker.prepared()
                || blocker.vacuum()
                || Optional.ofNullable(blocker.age()).orElse(Duration.ZERO).compareTo(LONG) > 0;
    }

    private static String remedy(Blocker blocker) {
        return blocker.prepared()
                ? "Run COMMIT PREPARED or ROLLBACK PREPARED for it."
                : "Wait until it has ended, or end it by pg_terminate_backend(" + blocker.pid() + ").";
    }

    private static Optional<String> named(List<FencedRelation> relations, Predicate<FencedRelation> which) {
        String names = relations.stream()
                .filter(which)
                .map(relation -> relation.id().toString())
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? Optional.empty() : Optional.of(names);
    }

    private Problem refused(String what, String remedy) {
        return new Problem(Kind.REFUSED, where, what, remedy);
    }
}
