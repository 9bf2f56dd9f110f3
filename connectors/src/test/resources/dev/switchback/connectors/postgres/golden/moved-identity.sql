SELECT u.place
FROM unnest(?::text[], ?::int8[]) WITH ORDINALITY AS u (k1, k2, place)
JOIN "shop"."visit" AS t
  ON t."merchant ""id""" = u.k1::uuid
WHERE t."number" <> u.k2
