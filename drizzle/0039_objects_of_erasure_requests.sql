DROP INDEX "erasure_requests_open";--> statement-breakpoint
ALTER TABLE "erasure_requests" ADD COLUMN "objects" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "erasure_requests_open" ON "erasure_requests" USING btree ("tenant_id","provider","account","kind",coalesce(customer, ''),md5(objects::text)) WHERE done_at is null;--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."objects" IS 'Ids of other objects that the request names, such as orders, and after the erasure their hashes.';
