ALTER TABLE "customer_profiles" ADD COLUMN "purchase_days" integer;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "repeat_mean_value" numeric;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "revenue_last_90_days" numeric;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "revenue_same_season" numeric;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "clv_status" text;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "clv_90d" numeric;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "clv_90d_low" numeric;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "clv_90d_high" numeric;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "clv_90d_net" numeric;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "clv_percentile" double precision;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "clv_decile" smallint;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "expected_orders_90d" double precision;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "probability_alive" double precision;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "expected_order_value" numeric;--> statement-breakpoint
ALTER TABLE "customer_profiles" ADD COLUMN "lifetime_value" numeric;--> statement-breakpoint
ALTER TABLE "fitted_models" ADD COLUMN "distributions" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "fitted_models" ADD COLUMN "drift" jsonb;--> statement-breakpoint
ALTER TABLE "fitted_models" ADD COLUMN "realised" jsonb;--> statement-breakpoint
ALTER TABLE "segment_stats" ADD COLUMN "buyers" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "segment_stats" ADD COLUMN "orders" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "segment_stats" ADD COLUMN "net_revenue" numeric DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "segment_stats" ADD COLUMN "recency_days" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "segment_stats" ADD COLUMN "tenure_days" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "segment_stats" ADD COLUMN "items_delivered" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "segment_stats" ADD COLUMN "items_returned" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "segment_stats" ADD COLUMN "clv_90d" numeric DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "segment_stats" DROP COLUMN "share";--> statement-breakpoint
ALTER TABLE "segment_stats" DROP COLUMN "revenue_share";--> statement-breakpoint
ALTER TABLE "segment_stats" DROP COLUMN "average_orders";--> statement-breakpoint
ALTER TABLE "segment_stats" DROP COLUMN "average_net_revenue";--> statement-breakpoint
ALTER TABLE "segment_stats" DROP COLUMN "average_order_value";--> statement-breakpoint
ALTER TABLE "segment_stats" DROP COLUMN "average_recency_days";--> statement-breakpoint
ALTER TABLE "segment_stats" DROP COLUMN "average_tenure_days";--> statement-breakpoint
ALTER TABLE "segment_stats" DROP COLUMN "return_rate";--> statement-breakpoint
UPDATE "segment_stats" t SET
  "buyers" = s.buyers, "orders" = s.orders, "net_revenue" = s.net_revenue, "recency_days" = s.recency_days,
  "tenure_days" = s.tenure_days, "items_delivered" = s.items_delivered, "items_returned" = s.items_returned
FROM (
  SELECT run_id, entry, count(*) FILTER (WHERE orders > 0) AS buyers, sum(orders) AS orders, sum(net_revenue) AS net_revenue,
    coalesce(sum(recency_days), 0) AS recency_days, coalesce(sum(tenure_days), 0) AS tenure_days,
    sum(items_delivered) AS items_delivered, sum(items_returned) AS items_returned
  FROM customer_profiles, unnest(segments) AS entry GROUP BY run_id, entry
) s
WHERE s.run_id = t.run_id AND s.entry = t.segmentation || ':' || t.segment;
