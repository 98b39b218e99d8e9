-- Three numbers that models read get names of their own, as the old ones name what people read.
ALTER TABLE "customer_profiles" RENAME COLUMN "span_days" TO "elapsed_span_days";--> statement-breakpoint
ALTER TABLE "customer_profiles" RENAME COLUMN "favourite_category" TO "top_spend_category";--> statement-breakpoint
ALTER TABLE "customer_profiles" RENAME COLUMN "favourite_category_share" TO "top_spend_category_share";--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "span_days" integer;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "favourite_category" text;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "favourite_brand" text;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "promotion_share" double precision;--> statement-breakpoint
-- Published runs stay as they were: what they learned reads the same numbers by the new names.
UPDATE "fitted_models" SET
  "fitted" = replace(replace(replace(replace(replace(replace("fitted"::text,
    '"name": "spanDays"', '"name": "elapsedSpanDays"'), '"field": "spanDays"', '"field": "elapsedSpanDays"'),
    '"spanDays": ', '"elapsedSpanDays": '), '"name": "favouriteCategory"', '"name": "topSpendCategory"'),
    '"name": "purchases.favouriteCategoryShare"', '"name": "purchases.topSpendCategoryShare"'),
    '"frequency": "seed000"', '"frequency": "span"')::jsonb,
  "distributions" = replace(replace("distributions"::text,
    '"spanDays": ', '"elapsedSpanDays": '), '"purchases.favouriteCategoryShare": ', '"purchases.topSpendCategoryShare": ')::jsonb,
  "drift" = replace(replace("drift"::text, '"column": "spanDays"', '"column": "elapsedSpanDays"'),
    '"column": "purchases.favouriteCategoryShare"', '"column": "purchases.topSpendCategoryShare"')::jsonb;
