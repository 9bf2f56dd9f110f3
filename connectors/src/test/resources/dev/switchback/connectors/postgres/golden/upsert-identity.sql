INSERT INTO "shop"."visit" AS t ("merchant ""id""", "number", "mood")
OVERRIDING SYSTEM VALUE
SELECT u."merchant ""id"""::uuid, u."number", u."mood"::shop.mood
FROM unnest(?::text[], ?::int8[], ?::text[]) AS u ("merchant ""id""", "number", "mood")
ON CONFLICT ("merchant ""id""") DO UPDATE
SET "mood" = excluded."mood"
WHERE (ROW(t."mood")::record) OPERATOR(pg_catalog.*<>) (ROW(excluded."mood")::record)
