ALTER TABLE "customer_profiles" ADD COLUMN "favourite_category" text;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "favourite_category_share" double precision;