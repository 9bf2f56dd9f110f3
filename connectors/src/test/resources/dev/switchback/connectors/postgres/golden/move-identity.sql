WITH moved AS (
  DELETE FROM "shop"."visit" AS t
  USING unnest(?::text[], ?::int8[]) AS u ("merchant ""id""", "number")
  WHERE t."merchant ""id""" = u."merchant ""id"""::uuid
    AND t."number" <> u."number"
  RETURNING t."merchant ""id""", u."number" AS "number", t."mood", t."own")
INSERT INTO "shop"."visit" ("merchant ""id""", "number", "mood", "own")
OVERRIDING SYSTEM VALUE
SELECT "merchant ""id""", "number", "mood", "own" FROM moved
