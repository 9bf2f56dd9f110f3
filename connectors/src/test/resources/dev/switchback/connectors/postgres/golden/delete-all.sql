DELETE FROM "public"."order"
