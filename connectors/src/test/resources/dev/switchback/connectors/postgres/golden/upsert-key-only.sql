INSERT INTO "Odd Schema"."Link" AS t ("Code", "merchant ""id""")
SELECT u."Code"::bpchar, u."merchant ""id"""::uuid
FROM unnest(?::text[], ?::text[]) AS u ("Code", "merchant ""id""")
ON CONFLICT ("merchant ""id""", "Code") DO NOTHING
