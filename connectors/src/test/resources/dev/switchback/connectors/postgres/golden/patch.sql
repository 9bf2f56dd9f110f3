UPDATE "public"."order" AS t
SET "total" = u."total", "paid" = u."paid"
FROM (SELECT u."id" AS "id", u."total"::numeric AS "total", u."paid" AS "paid"
      FROM unnest(?::int8[], ?::text[], ?::bool[]) AS u ("id", "total", "paid") OFFSET 0) AS u
WHERE t."id" = u."id"
  AND (ROW(t."total", t."paid")::record) OPERATOR(pg_catalog.*<>) (ROW(u."total", u."paid")::record)
