CREATE TABLE "erased_ids" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"hash" text NOT NULL,
	"erased_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "erased_ids_tenant_id_provider_hash_pk" PRIMARY KEY("tenant_id","provider","hash")
);
--> statement-breakpoint
CREATE TABLE "erased_tenants" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"erased_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
COMMENT ON TABLE "erased_ids" IS 'What was erased on somebody''s demand: no later sync stores it again. Hashes, so that the list itself names nobody.';--> statement-breakpoint
COMMENT ON COLUMN "erased_ids"."hash" IS 'SHA-256 of tenant, provider and id, in base64url';--> statement-breakpoint
COMMENT ON TABLE "erased_tenants" IS 'Tenants that were erased whole: their jobs fail and read nothing.';
