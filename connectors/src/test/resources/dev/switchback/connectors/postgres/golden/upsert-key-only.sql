INSERT INTO "Odd Schema"."Link" AS t ("Code", "merchant ""id""")
SELECT unnest(?::text[])::bpchar AS "Code", unnest(?::text[])::uuid AS "merchant ""id"""
ON CONFLICT ("merchant ""id""", "Code") DO NOTHING
