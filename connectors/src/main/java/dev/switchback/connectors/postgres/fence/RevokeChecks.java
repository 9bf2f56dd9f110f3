package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/** What would keep privileges from being revoked, or leave a way around that. Looks only. */
final class RevokeChecks {

    private static final Duration LONG = Duration.ofSeconds(5);

    private static final String ROLES =
            """
            SELECT r.rolname, r.rolsuper, r.rolname = current_user,
                   (SELECT string_agg(DISTINCT pg_get_userbyid(c.relowner), ', ') FROM pg_class c
                    WHERE c.oid = ANY (?) AND pg_has_role(r.oid, c.relowner, 'MEMBER')),
                   pg_has_role(r.oid, 'pg_write_all_data', 'MEMBER')
            FROM pg_roles r WHERE r.rolname = ANY (?) ORDER BY 1
            """;

    private final ControlledDatabase database;
    private final Connection connection;
    private final Collection<String> roles;

    RevokeChecks(ControlledDatabase database, Connection connection, Collection<String> roles) {
        this.database = database;
        this.connection = connection;
        this.roles = roles;
    }

    /** @param has what the roles may do now */
    List<Problem> hindrances(List<FencedRelation> relations, Collection<TableId> declared, List<WritePrivilege> has)
            throws SQLException {
        List<Problem> problems = new ArrayList<>();
        missing(relations, declared, problems);
        names(relations.stream().filter(relation -> !relation.owned()).map(FencedRelation::id))
                .ifPresent(names -> problems.add(database.refused(
                        "This user may not revoke privileges on " + names + ", since it is not their owner.",
                        "Grant it the role that owns them.")));
        roles(relations, problems);
        names(has.stream()
                        .filter(privilege -> !privilege.grantor().equals(privilege.owner()))
                        .map(WritePrivilege::relation))
                .ifPresent(names -> problems.add(database.refused(
                        "Somebody other than the owner has granted the roles writes to " + names
                                + ", which only that role can revoke.",
                        "Have them granted by the owner instead.")));
        return problems;
    }

    private void missing(List<FencedRelation> relations, Collection<TableId> declared, List<Problem> problems) {
        Set<TableId> there = relations.stream().map(FencedRelation::id).collect(Collectors.toSet());
        declared.stream()
                .filter(table -> !there.contains(table))
                .forEach(table ->
                        problems.add(database.refused("Table " + table + " does not exist.", "Correct its name.")));
    }

    private void roles(List<FencedRelation> relations, List<Problem> problems) throws SQLException {
        Set<String> unknown = new HashSet<>(roles);
        unknown.remove(WritePrivilege.PUBLIC);
        try (PreparedStatement statement = connection.prepareStatement(ROLES)) {
            Long[] oids = relations.stream().map(FencedRelation::oid).toArray(Long[]::new);
            statement.setArray(1, connection.createArrayOf("oid", oids));
            statement.setArray(2, connection.createArrayOf("text", roles.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    unknown.remove(row.getString(1));
                    bypassing(row).ifPresent(problems::add);
                }
            }
        }
        if (!unknown.isEmpty()) {
            List<String> known = roleNames();
            unknown.stream()
                    .sorted()
                    .map(role -> database.refused(
                            "There is no role " + role + ".",
                            NearName.hint(role, known, "Correct its name under fence: roles:.")))
                    .forEach(problems::add);
        }
    }

    private Optional<Problem> bypassing(ResultSet row) throws SQLException {
        String role = row.getString(1);
        String owned = row.getString(4);
        if (row.getBoolean(3)) {
            return Optional.of(database.refused(
                    "Role " + role
                            + " is the one that changes are applied by: without its privileges, apply would stop.",
                    "Let applications log in as another role, or use fence: {type: triggers}."));
        }
        String why = row.getBoolean(2)
                ? "is a superuser"
                : owned != null
                        ? (owned.equals(role) ? "owns tables" : "is a member of " + owned + ", which owns tables")
                        : row.getBoolean(5) ? "is a member of pg_write_all_data" : "";
        return why.isEmpty()
                ? Optional.empty()
                : Optional.of(database.refused(
                        "Role " + role + " " + why + ", and writes whatever is revoked.",
                        "Let applications log in as a role with granted privileges, or use fence: {type: triggers}."));
    }

    private List<String> roleNames() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'")) {
            while (row.next()) {
                names.add(row.getString(1));
            }
        }
        return names;
    }

    /** What would be in the way, and who would write on. */
    List<Problem> aroundIt(List<FencedRelation> relations) throws SQLException {
        List<Problem> problems = new ArrayList<>();
        String own = ownRole();
        Set<String> others = WritePrivilege.of(connection, relations).stream()
                .map(WritePrivilege::role)
                .filter(role -> !roles.contains(role) && !role.equals(own))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!others.isEmpty()) {
            problems.add(database.refused(
                    "Declared tables may be written by " + String.join(", ", others)
                            + " too, which the fence would not stop.",
                    "Name them under fence: roles: as well, or revoke their privileges for good."));
        }
        new FenceChecks(database.where(), connection).subscribed(relations, problems);
        InFlight.of(connection, relations).stream()
                .filter(each -> each.olderThan(LONG))
                .forEach(each -> problems.add(database.refused(
                        each + ", for whose end the fence would wait.",
                        "Wait until it has ended, or end it: pg_terminate_backend, ROLLBACK PREPARED.")));
        return problems;
    }

    private String ownRole() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_user")) {
            row.next();
            return row.getString(1);
        }
    }

    private static Optional<String> names(Stream<TableId> tables) {
        String names = tables.map(TableId::toString).distinct().sorted().collect(Collectors.joining(", "));
        return names.isEmpty() ? Optional.empty() : Optional.of(names);
    }
}
