DELETE FROM "public"."order" AS t
USING unnest(?::int8[]) AS u ("id")
WHERE t."id" = u."id"
