CREATE TABLE "jobs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "jobs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"task" text NOT NULL,
	"options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"key" text NOT NULL,
	"reason" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (6) with time zone NOT NULL,
	"written_at" timestamp (6) with time zone NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"beat" bigint DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"run_id" bigint,
	"error" text,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "schedules" (
	"task" text PRIMARY KEY NOT NULL,
	"pattern" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"chosen" boolean DEFAULT false NOT NULL,
	"next_at" timestamp (6) with time zone
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "failure" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "kind" text DEFAULT 'current' NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "name" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "job_id" bigint;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "cancel_requested" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "steps" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "estimated_end" timestamp (6) with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_one_a_key" ON "jobs" USING btree ("key") WHERE "jobs"."state" in ('waiting', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_one_running" ON "jobs" USING btree ("state") WHERE "jobs"."state" = 'running';