INSERT INTO "public"."order" AS t ("id", "total", "tags", "note", "paid")
SELECT unnest(?::int8[]) AS "id", unnest(?::text[])::numeric AS "total", unnest(?::text[])::text[] AS "tags", unnest(?::text[]) AS "note", unnest(?::bool[]) AS "paid"
ON CONFLICT ("id") DO UPDATE
SET "total" = excluded."total", "tags" = excluded."tags", "note" = excluded."note", "paid" = excluded."paid"
WHERE (ROW(t."total", t."tags", t."note", t."paid")::record) OPERATOR(pg_catalog.*<>) (ROW(excluded."total", excluded."tags", excluded."note", excluded."paid")::record)
