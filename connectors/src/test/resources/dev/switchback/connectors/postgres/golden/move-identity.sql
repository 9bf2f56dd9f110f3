WITH moved AS (
  DELETE FROM "shop"."visit" AS t
  USING (SELECT pg_catalog.unnest(?::text[])::uuid AS "merchant ""id""", pg_catalog.unnest(?::int8[]) AS "number") AS u
  WHERE t."merchant ""id""" = u."merchant ""id"""
    AND t."number" <> u."number"
  RETURNING t."merchant ""id""", u."number", t."mood", t."own")
INSERT INTO "shop"."visit" ("merchant ""id""", "number", "mood", "own")
OVERRIDING SYSTEM VALUE
SELECT "merchant ""id""", "number", "mood", "own" FROM moved
