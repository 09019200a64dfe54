-- The parent of an object in a nested list. The new column is null, so that no table is rewritten.
ALTER TABLE "provider_objects" ADD COLUMN "parent_id" text;--> statement-breakpoint
COMMENT ON TABLE "provider_objects" IS 'Objects of the resources that have no table of their own. Of Stripe, only jobs that name such a resource read it.';--> statement-breakpoint
COMMENT ON COLUMN "provider_objects"."parent_id" IS 'Id of the object whose list contains this object. Null if the object is in a list of its own.';
