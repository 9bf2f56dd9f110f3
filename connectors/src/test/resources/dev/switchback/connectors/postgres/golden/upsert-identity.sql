INSERT INTO "shop"."visit" AS t ("merchant ""id""", "number", "mood")
OVERRIDING SYSTEM VALUE
SELECT pg_catalog.unnest(?::text[])::uuid AS "merchant ""id""", pg_catalog.unnest(?::int8[]) AS "number", pg_catalog.unnest(?::text[])::shop.mood AS "mood"
ON CONFLICT ("merchant ""id""") DO UPDATE
SET "mood" = excluded."mood"
WHERE (ROW(t."mood")::record) OPERATOR(pg_catalog.*<>) (ROW(excluded."mood")::record)
