UPDATE "public"."order" AS t
SET "total" = u."total", "paid" = u."paid"
FROM (SELECT pg_catalog.unnest(?::int8[]) AS "id", pg_catalog.unnest(?::text[])::numeric AS "total", pg_catalog.unnest(?::bool[]) AS "paid") AS u
WHERE t."id" = u."id"
  AND (ROW(t."total", t."paid")::record) OPERATOR(pg_catalog.*<>) (ROW(u."total", u."paid")::record)
