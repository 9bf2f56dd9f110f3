SELECT u.place
FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS u (k1, k2, place)
WHERE NOT EXISTS (SELECT FROM "Odd Schema"."Link" AS t WHERE t."merchant ""id""" = u.k1::uuid AND t."Code" = u.k2::bpchar)
