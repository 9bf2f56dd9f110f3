DELETE FROM "Odd Schema"."Link" AS t
USING (SELECT pg_catalog.unnest(?::text[])::uuid AS "merchant ""id""", pg_catalog.unnest(?::text[])::bpchar AS "Code") AS u
WHERE t."merchant ""id""" = u."merchant ""id""" AND t."Code" = u."Code"
