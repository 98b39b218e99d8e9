CREATE TABLE "api_keys" (
	"hash" text PRIMARY KEY NOT NULL,
	"prefix" text NOT NULL,
	"title" text NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"revoked" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"campaign_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text,
	"channel" text,
	"starts_at" timestamp (6) with time zone,
	"ends_at" timestamp (6) with time zone,
	"cost" numeric,
	"import_id" bigint
);
--> statement-breakpoint
CREATE TABLE "customer_aliases" (
	"customer_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"merged_into" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "customer_profiles" (
	"run_id" bigint NOT NULL,
	"customer_id" text COLLATE "C" NOT NULL,
	"as_of" timestamp (6) with time zone NOT NULL,
	"computed_at" timestamp (6) with time zone NOT NULL,
	"status" text NOT NULL,
	"country" text,
	"state" text,
	"city" text,
	"gender" text,
	"age" integer,
	"channel" text,
	"registered_at" timestamp (6) with time zone,
	"first_order_at" timestamp (6) with time zone,
	"last_order_at" timestamp (6) with time zone,
	"cohort" date,
	"orders" integer NOT NULL,
	"gross_revenue" numeric NOT NULL,
	"net_revenue" numeric NOT NULL,
	"average_order_value" numeric,
	"recency_days" integer,
	"tenure_days" integer,
	"span_days" integer,
	"orders_per_year" double precision,
	"median_days_between_orders" double precision,
	"items_delivered" integer NOT NULL,
	"items_returned" integer NOT NULL,
	"return_rate" double precision,
	"discount_share" double precision,
	"distinct_categories" integer NOT NULL,
	"visits_30d" integer NOT NULL,
	"email_opens_90d" integer NOT NULL,
	"service_contacts_90d" integer NOT NULL,
	"rfm_recency" smallint,
	"rfm_frequency" smallint,
	"rfm_monetary" smallint,
	"value_score" double precision,
	"value_percentile" double precision,
	"segments" text[] NOT NULL
) PARTITION BY LIST ("run_id");
--> statement-breakpoint
CREATE TABLE "customers" (
	"customer_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"email" text,
	"first_name" text,
	"last_name" text,
	"age" integer,
	"gender" text,
	"country" text,
	"state" text,
	"city" text,
	"channel" text,
	"registered_at" timestamp (6) with time zone,
	"attributes" jsonb,
	"version" timestamp (6) with time zone,
	"import_id" bigint
);
--> statement-breakpoint
CREATE TABLE "events" (
	"customer_id" text COLLATE "C" NOT NULL,
	"event_id" text COLLATE "C" NOT NULL,
	"kind" text NOT NULL,
	"occurred_at" timestamp (6) with time zone NOT NULL,
	"campaign_id" text COLLATE "C",
	"value" numeric,
	"import_id" bigint,
	CONSTRAINT "events_customer_id_event_id_pk" PRIMARY KEY("customer_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "fitted_models" (
	"run_id" bigint NOT NULL,
	"key" text NOT NULL,
	"version" text NOT NULL,
	"fitted" jsonb NOT NULL,
	"fitted_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "fitted_models_run_id_key_pk" PRIMARY KEY("run_id","key")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "imports_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source" text NOT NULL,
	"format" text NOT NULL,
	"fingerprint" text,
	"state" text NOT NULL,
	"started_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (6) with time zone,
	"rows_read" bigint DEFAULT 0 NOT NULL,
	"rows_kept" bigint DEFAULT 0 NOT NULL,
	"rows_repaired" bigint DEFAULT 0 NOT NULL,
	"rows_quarantined" bigint DEFAULT 0 NOT NULL,
	"rows_duplicate" bigint DEFAULT 0 NOT NULL,
	"inserted" bigint DEFAULT 0 NOT NULL,
	"updated" bigint DEFAULT 0 NOT NULL,
	"unchanged" bigint DEFAULT 0 NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "order_items" (
	"customer_id" text COLLATE "C" NOT NULL,
	"order_id" text COLLATE "C" NOT NULL,
	"item_id" text COLLATE "C" NOT NULL,
	"product_id" text COLLATE "C",
	"quantity" integer NOT NULL,
	"amount" numeric NOT NULL,
	"status" text,
	"shipped_at" timestamp (6) with time zone,
	"delivered_at" timestamp (6) with time zone,
	"cancelled_at" timestamp (6) with time zone,
	"returned_at" timestamp (6) with time zone,
	"import_id" bigint,
	CONSTRAINT "order_items_customer_id_order_id_item_id_pk" PRIMARY KEY("customer_id","order_id","item_id"),
	CONSTRAINT "order_items_amount_finite" CHECK (amount > '-Infinity'::numeric AND amount < 'Infinity'::numeric)
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"customer_id" text COLLATE "C" NOT NULL,
	"order_id" text COLLATE "C" NOT NULL,
	"status" text NOT NULL,
	"placed_at" timestamp (6) with time zone NOT NULL,
	"shipped_at" timestamp (6) with time zone,
	"delivered_at" timestamp (6) with time zone,
	"cancelled_at" timestamp (6) with time zone,
	"returned_at" timestamp (6) with time zone,
	"version" timestamp (6) with time zone,
	"import_id" bigint,
	CONSTRAINT "orders_customer_id_order_id_pk" PRIMARY KEY("customer_id","order_id")
);
--> statement-breakpoint
CREATE TABLE "products" (
	"product_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text,
	"category" text,
	"brand" text,
	"department" text,
	"sku" text,
	"cost" numeric,
	"list_price" numeric,
	"import_id" bigint
);
--> statement-breakpoint
CREATE TABLE "quarantined_rows" (
	"import_id" bigint NOT NULL,
	"line" bigint NOT NULL,
	"field" text NOT NULL,
	"value" text,
	"reason" text NOT NULL,
	"cells" jsonb,
	CONSTRAINT "quarantined_rows_import_id_line_pk" PRIMARY KEY("import_id","line")
);
--> statement-breakpoint
CREATE TABLE "returns" (
	"customer_id" text COLLATE "C" NOT NULL,
	"return_id" text COLLATE "C" NOT NULL,
	"order_id" text COLLATE "C",
	"product_id" text COLLATE "C",
	"quantity" integer NOT NULL,
	"amount" numeric NOT NULL,
	"returned_at" timestamp (6) with time zone NOT NULL,
	"import_id" bigint,
	CONSTRAINT "returns_customer_id_return_id_pk" PRIMARY KEY("customer_id","return_id"),
	CONSTRAINT "returns_amount_finite" CHECK (amount > '-Infinity'::numeric AND amount < 'Infinity'::numeric)
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "runs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"state" text NOT NULL,
	"as_of" timestamp (6) with time zone NOT NULL,
	"started_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (6) with time zone,
	"progress" double precision DEFAULT 0 NOT NULL,
	"step" text DEFAULT 'starting' NOT NULL,
	"options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"data_fingerprint" text,
	"customer_count" bigint,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "segment_changes" (
	"customer_id" text COLLATE "C" NOT NULL,
	"segmentation" text NOT NULL,
	"run_id" bigint NOT NULL,
	"changed_at" timestamp (6) with time zone NOT NULL,
	"from_segment" text,
	"to_segment" text NOT NULL,
	"cause" text NOT NULL,
	CONSTRAINT "segment_changes_customer_id_segmentation_changed_at_run_id_pk" PRIMARY KEY("customer_id","segmentation","changed_at","run_id")
);
--> statement-breakpoint
CREATE TABLE "segment_stats" (
	"run_id" bigint NOT NULL,
	"segmentation" text NOT NULL,
	"segment" text NOT NULL,
	"size" bigint NOT NULL,
	"share" double precision NOT NULL,
	"revenue_share" double precision NOT NULL,
	"average_orders" double precision NOT NULL,
	"average_net_revenue" numeric NOT NULL,
	"average_order_value" numeric,
	"average_recency_days" double precision,
	"average_tenure_days" double precision,
	"return_rate" double precision,
	"z_scores" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "segment_stats_run_id_segmentation_segment_pk" PRIMARY KEY("run_id","segmentation","segment")
);
--> statement-breakpoint
CREATE TABLE "shop" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"name" text NOT NULL,
	"currency" text NOT NULL,
	"time_zone" text NOT NULL,
	"kind" text NOT NULL,
	"current_run_id" bigint
);
--> statement-breakpoint
CREATE TABLE "treatments" (
	"customer_id" text COLLATE "C" NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"treated_at" timestamp (6) with time zone NOT NULL,
	"arm" text,
	"cost" numeric,
	"redeemed_at" timestamp (6) with time zone,
	"import_id" bigint,
	CONSTRAINT "treatments_customer_id_campaign_id_treated_at_pk" PRIMARY KEY("customer_id","campaign_id","treated_at")
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"source" text NOT NULL,
	"delivery_id" text COLLATE "C" NOT NULL,
	"received_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_deliveries_source_delivery_id_pk" PRIMARY KEY("source","delivery_id")
);
--> statement-breakpoint
CREATE TABLE "webhook_orders" (
	"source" text NOT NULL,
	"source_order_id" text COLLATE "C" NOT NULL,
	"order_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "webhook_orders_source_source_order_id_pk" PRIMARY KEY("source","source_order_id")
);
--> statement-breakpoint
CREATE INDEX "customers_email" ON "customers" USING btree (lower("email")) WHERE "customers"."email" is not null;--> statement-breakpoint
CREATE INDEX "order_items_order_id" ON "order_items" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "orders_order_id" ON "orders" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "returns_return_id" ON "returns" USING btree ("return_id");--> statement-breakpoint
CREATE INDEX "segment_changes_at" ON "segment_changes" USING btree ("segmentation","changed_at");