-- 215,000 rows. Random hexadecimal digits do not compress, so that 3 kB of them are stored out of line.
SELECT setseed(0.42);

CREATE FUNCTION pg_temp.noise(kilobytes int) RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT string_agg(md5(random()::text), '') FROM generate_series(1, kilobytes * 32) $$;

INSERT INTO consumer (email, preferences, created_at)
SELECT 'consumer' || n || '@example.com',
       jsonb_build_object('vegetarian', n % 7 = 0, 'tip', round((random() * 20)::numeric, 1)),
       timestamptz '2020-01-01' + n * interval '37.000001 seconds'
FROM generate_series(1, 25000) n;

INSERT INTO store (id, merchant_id, name, tags, rating, menu, status)
SELECT md5('store' || n)::uuid,
       CASE WHEN n % 9 = 0 THEN n % 40 END,
       'Store "' || n || '"',
       CASE WHEN n % 5 = 0 THEN '{}' ELSE ARRAY['kitchen ' || n % 30, 'NULL', NULL, E'a "quoted", {tag}\\'] END,
       round((random() * 5)::numeric, 1),
       jsonb_build_object('dishes', n, 'text', pg_temp.noise(3)),
       CASE WHEN n % 11 = 0 THEN 'closed' ELSE 'open' END
FROM generate_series(1, 1000) n;

INSERT INTO lookup_store2merchant
SELECT md5('store' || n)::uuid, n % 40 FROM generate_series(1, 800) n;

INSERT INTO "order" (consumer_id, store_id, status, total, placed_at)
SELECT 1 + n % 25000,
       md5('store' || 1 + n % 1000)::uuid,
       (ENUM_RANGE(NULL::order_status))[1 + n % 4],
       round((random() * 100)::numeric, n % 4),
       CASE WHEN n % 10000 = 0 THEN '-infinity' ELSE timestamptz '2024-02-29' + n * interval '0.123457 seconds' END
FROM generate_series(1, 55000) n;

INSERT INTO order_item (order_id, line, product, quantity, price, options)
SELECT n, line, 'product ' || n * line % 4000, 1 + n % 3, round((random() * 30)::numeric, 2),
       CASE WHEN line = 1 THEN ARRAY['large', 'spicy'] END
FROM generate_series(1, 55000) n, generate_series(1, 2) line;

INSERT INTO delivery (id, order_id, status, route, delivered_at)
SELECT md5('delivery' || n)::uuid,
       n,
       'delivered',
       CASE WHEN n % 16 = 0 THEN jsonb_build_object('points', pg_temp.noise(12)) ELSE '{"points": []}' END,
       timestamptz '2024-03-01' + n * interval '1 second'
FROM generate_series(1, 24000) n;

ANALYZE;
