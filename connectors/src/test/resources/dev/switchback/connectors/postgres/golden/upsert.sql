INSERT INTO "public"."order" AS t ("id", "total", "tags", "note", "paid")
SELECT pg_catalog.unnest(?::int8[]) AS "id", pg_catalog.unnest(?::text[])::numeric AS "total", pg_catalog.unnest(?::text[])::text[] AS "tags", pg_catalog.unnest(?::text[]) AS "note", pg_catalog.unnest(?::bool[]) AS "paid"
ON CONFLICT ("id") DO UPDATE
SET "total" = excluded."total", "tags" = excluded."tags", "note" = excluded."note", "paid" = excluded."paid"
WHERE (ROW(t."total", t."tags", t."note", t."paid")::record) OPERATOR(pg_catalog.*<>) (ROW(excluded."total", excluded."tags", excluded."note", excluded."paid")::record)
