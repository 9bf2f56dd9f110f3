INSERT INTO "Odd Schema"."Link" AS t ("Code", "merchant ""id""")
SELECT pg_catalog.unnest(?::text[])::bpchar AS "Code", pg_catalog.unnest(?::text[])::uuid AS "merchant ""id"""
ON CONFLICT ("merchant ""id""", "Code") DO NOTHING
