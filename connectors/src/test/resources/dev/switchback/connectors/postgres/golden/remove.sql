DELETE FROM "public"."order" AS t
USING (SELECT unnest(?::int8[]) AS "id") AS u
WHERE t."id" = u."id"
