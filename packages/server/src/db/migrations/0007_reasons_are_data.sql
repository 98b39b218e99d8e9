ALTER TABLE "quarantined_rows" ADD COLUMN "reason_kind" text;--> statement-breakpoint
ALTER TABLE "quarantined_rows" ADD COLUMN "reason_values" jsonb;