CREATE TABLE "customer_reads" (
	"key_id" text NOT NULL,
	"subject" text NOT NULL,
	"day" date NOT NULL,
	"customer_id" text COLLATE "C" NOT NULL,
	"is_profile" boolean NOT NULL,
	"read_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customer_reads_key_id_subject_day_customer_id_pk" PRIMARY KEY("key_id","subject","day","customer_id")
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "breadth" text;