DELETE FROM "Odd Schema"."Link" AS t
USING unnest(?::text[], ?::text[]) AS u ("merchant ""id""", "Code")
WHERE t."merchant ""id""" = u."merchant ""id"""::uuid AND t."Code" = u."Code"::bpchar
