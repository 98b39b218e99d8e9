CREATE TABLE "item_affinity" (
	"run_id" bigint NOT NULL,
	"product_id" text COLLATE "C" NOT NULL,
	"orders" bigint NOT NULL,
	"customers" bigint NOT NULL,
	"rebuy_share" double precision NOT NULL,
	"rebuy_days" double precision,
	"return_rate" double precision NOT NULL,
	"neighbours" jsonb NOT NULL,
	"evidence" jsonb NOT NULL,
	CONSTRAINT "item_affinity_run_id_product_id_pk" PRIMARY KEY("run_id","product_id")
);
--> statement-breakpoint
CREATE TABLE "popular_products" (
	"run_id" bigint NOT NULL,
	"segment" text NOT NULL,
	"product_id" text COLLATE "C" NOT NULL,
	"customers" bigint NOT NULL,
	"share" double precision NOT NULL,
	"recent_share" double precision NOT NULL,
	"return_rate" double precision NOT NULL,
	CONSTRAINT "popular_products_run_id_segment_product_id_pk" PRIMARY KEY("run_id","segment","product_id")
);
--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "active" boolean;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "stock" integer;