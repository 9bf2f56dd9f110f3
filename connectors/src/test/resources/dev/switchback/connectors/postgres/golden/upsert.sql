INSERT INTO "public"."order" AS t ("id", "total", "tags", "note", "paid")
SELECT u."id", u."total"::numeric, u."tags"::text[], u."note", u."paid"
FROM unnest(?::int8[], ?::text[], ?::text[], ?::text[], ?::bool[]) AS u ("id", "total", "tags", "note", "paid")
ON CONFLICT ("id") DO UPDATE
SET "total" = excluded."total", "tags" = excluded."tags", "note" = excluded."note", "paid" = excluded."paid"
WHERE (ROW(t."total", t."tags", t."note", t."paid")::record) OPERATOR(pg_catalog.*<>) (ROW(excluded."total", excluded."tags", excluded."note", excluded."paid")::record)
