ALTER TABLE "orders" ADD COLUMN "guest" text COLLATE "C";--> statement-breakpoint
CREATE INDEX "possible_merges_other" ON "possible_merges" USING btree ("other_customer_id");--> statement-breakpoint
CREATE INDEX "orders_guest" ON "orders" USING btree ("guest") WHERE "orders"."guest" is not null;