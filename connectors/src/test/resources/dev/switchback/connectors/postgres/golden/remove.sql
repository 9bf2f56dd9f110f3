DELETE FROM "public"."order" AS t
USING (SELECT pg_catalog.unnest(?::int8[]) AS "id") AS u
WHERE t."id" = u."id"
