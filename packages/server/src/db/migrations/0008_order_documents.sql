CREATE TABLE "consents" (
	"customer_id" text COLLATE "C" NOT NULL,
	"channel" text NOT NULL,
	"state" text NOT NULL,
	"stated_at" timestamp (6) with time zone,
	"source" text,
	"import_id" bigint,
	CONSTRAINT "consents_customer_id_channel_pk" PRIMARY KEY("customer_id","channel")
);
--> statement-breakpoint
CREATE TABLE "possible_merges" (
	"customer_id" text COLLATE "C" NOT NULL,
	"other_customer_id" text COLLATE "C" NOT NULL,
	"reason" text NOT NULL,
	"import_id" bigint,
	CONSTRAINT "possible_merges_customer_id_other_customer_id_pk" PRIMARY KEY("customer_id","other_customer_id")
);
--> statement-breakpoint
ALTER TABLE "order_items" ALTER COLUMN "quantity" SET DATA TYPE numeric;--> statement-breakpoint
ALTER TABLE "returns" ALTER COLUMN "quantity" SET DATA TYPE numeric;--> statement-breakpoint
ALTER TABLE "order_items" ADD COLUMN "variant" text;--> statement-breakpoint
ALTER TABLE "order_items" ADD COLUMN "size" text;--> statement-breakpoint
ALTER TABLE "order_items" ADD COLUMN "colour" text;--> statement-breakpoint
ALTER TABLE "order_items" ADD COLUMN "list_price" numeric;--> statement-breakpoint
ALTER TABLE "order_items" ADD COLUMN "discount" numeric;--> statement-breakpoint
ALTER TABLE "order_items" ADD COLUMN "gift_card" boolean;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "paid_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "promised_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "channel" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "ship_country" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "ship_region" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "carrier" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "coupons" text[];--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "discount" numeric;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "tax" numeric;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "shipping" numeric;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "tip" numeric;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "total_stated" numeric;--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "item_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "reason" text;