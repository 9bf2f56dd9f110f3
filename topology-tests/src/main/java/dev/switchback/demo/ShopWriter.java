package dev.switchback.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

import dev.switchback.platform.WriteLoad;

/**
 * What the shop's applications do in one transaction: order, cook, deliver, cancel, rename, renumber. A writer keeps to
 * orders of its own, so that writers meet at stores and consumers only.
 */
final class ShopWriter implements WriteLoad.Transaction {

    private static final int ROUTE = 12_000;
    private static final int MENU = 3_000;

    private final List<List<Long>> orders;

    ShopWriter(int writers) {
        orders = IntStream.range(0, writers)
                .mapToObj(writer -> {
                    List<Long> own = new ArrayList<>();
                    for (long id = writer + 1L; id <= Shop.ORDERS; id += writers) {
                        own.add(id);
                    }
                    return own;
                })
                .toList();
    }

    @Override
    public int write(Connection connection, Random random, int writer, long number) throws SQLException {
        Session session = new Session(connection, random, orders.get(writer), number);
        return session.leaveReceipt(writer) + write(session, random.nextInt(100));
    }

    private static int write(Session session, int dice) throws SQLException {
        if (dice < 30) {
            return session.placeOrder();
        } else if (dice < 50) {
            return session.advanceOrder();
        } else if (dice < 63) {
            return session.rateStores();
        } else if (dice < 65) {
            return session.moveStore();
        } else if (dice < 68) {
            return session.changeMenu();
        } else if (dice < 76) {
            return session.renumberItems();
        } else if (dice < 82) {
            return session.replaceDeliveryKey();
        } else if (dice < 92) {
            return session.cancelOrder();
        }
        return session.changeConsumers();
    }

    private record Session(Connection connection, Random random, List<Long> orders, long number) {

        int leaveReceipt(int writer) throws SQLException {
            return run("INSERT INTO receipt VALUES (?, ?)", writer, number);
        }

        int placeOrder() throws SQLException {
            long id = insertedId(
                    "INSERT INTO \"order\" (consumer_id, store_id, total) VALUES (?, md5('store' || ?)::uuid, ?::numeric)"
                            + " RETURNING id",
                    1 + random.nextInt(Shop.CONSUMERS),
                    1 + random.nextInt(Shop.STORES),
                    random.nextInt(10_000) + (random.nextBoolean() ? ".50" : ".5"));
            orders.add(id);
            int items = run(
                    "INSERT INTO order_item SELECT ?, line, 'product ' || ?, line, 4.20, '{large,NULL}'"
                            + " FROM generate_series(1, ?) line",
                    id,
                    random.nextInt(4_000),
                    2 + random.nextInt(3));
            String route = random.nextInt(16) == 0 ? noise(ROUTE) : "";
            int delivery = run(
                    "INSERT INTO delivery (id, order_id, route) VALUES (?, ?, jsonb_build_object('points', ?::text))",
                    uuid(),
                    id,
                    route);
            return 1 + items + delivery;
        }

        int advanceOrder() throws SQLException {
            long id = someOrder();
            return run("UPDATE \"order\" SET status = 'preparing', total = total + 0.10 WHERE id = ?", id)
                    + run("UPDATE delivery SET status = 'delivered', delivered_at = now() WHERE order_id = ?", id);
        }

        /** Leaves the menu alone: the log does not contain it. */
        int rateStores() throws SQLException {
            int first = random.nextInt(Shop.STORES - 3);
            return run(
                    "UPDATE store SET rating = round((random() * 5)::numeric, 1), tags = ARRAY['seen', ?::text]"
                            + " WHERE id IN (SELECT md5('store' || n)::uuid FROM generate_series(?::int, ?::int) n)",
                    Long.toString(number),
                    first + 1,
                    first + 3);
        }

        int changeMenu() throws SQLException {
            return run(
                    "UPDATE store SET menu = jsonb_build_object('text', ?::text) WHERE id = md5('store' || ?)::uuid",
                    noise(MENU),
                    1 + random.nextInt(Shop.STORES));
        }

        /** Gives a store to another merchant, which is part of the destination's key, or closes or opens it. */
        int moveStore() throws SQLException {
            int store = 1 + random.nextInt(Shop.STORES);
            return switch (random.nextInt(4)) {
                case 0 -> called("SELECT close_or_open(md5('store' || ?)::uuid)", store);
                case 1 ->
                    run(
                            "UPDATE store SET name = ? WHERE id = md5('store' || ?)::uuid",
                            "Shop \"" + random.nextInt(1_000) + "\"",
                            store);
                default -> called("SELECT assign_merchant(md5('store' || ?)::uuid, ?)", store, random.nextInt(40));
            };
        }

        int renumberItems() throws SQLException {
            return run("UPDATE order_item SET line = line + 10 WHERE order_id = ?", someOrder());
        }

        /** Leaves a route of 12 kB alone while the row moves to another key. */
        int replaceDeliveryKey() throws SQLException {
            return run("UPDATE delivery SET id = ? WHERE order_id = ?", uuid(), someOrder());
        }

        int cancelOrder() throws SQLException {
            long id = someOrder();
            orders.remove(id);
            return run("DELETE FROM order_item WHERE order_id = ?", id)
                    + run("DELETE FROM delivery WHERE order_id = ?", id)
                    + run("DELETE FROM \"order\" WHERE id = ?", id);
        }

        int changeConsumers() throws SQLException {
            if (random.nextBoolean()) {
                return run("INSERT INTO consumer (email) VALUES (?)", uuid() + "@example.com");
            }
            int first = 1 + random.nextInt(Shop.CONSUMERS - 3);
            return run(
                    "UPDATE consumer SET preferences = jsonb_build_object('visit', ?::text) WHERE id BETWEEN ? AND ?",
                    uuid().toString(),
                    first,
                    first + 3);
        }

        private long someOrder() {
            return orders.get(random.nextInt(orders.size()));
        }

        private UUID uuid() {
            return new UUID(random.nextLong(), random.nextLong());
        }

        private String noise(int length) {
            StringBuilder text = new StringBuilder(length);
            while (text.length() < length) {
                text.append(Long.toHexString(random.nextLong()));
            }
            return text.toString();
        }

        private int run(String sql, Object... parameters) throws SQLException {
            try (PreparedStatement statement = prepared(sql, parameters)) {
                return statement.executeUpdate();
            }
        }

        /** @return how many rows a function says that it changed */
        private int called(String sql, Object... parameters) throws SQLException {
            try (PreparedStatement statement = prepared(sql, parameters);
                    ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }

        private long insertedId(String sql, Object... parameters) throws SQLException {
            try (PreparedStatement statement = prepared(sql, parameters);
                    ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }

        private PreparedStatement prepared(String sql, Object... parameters) throws SQLException {
            PreparedStatement statement = connection.prepareStatement(sql);
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement;
        }
    }
}
