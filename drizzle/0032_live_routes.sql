CREATE TABLE "erasure_requests" (
	"id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"kind" text NOT NULL,
	"customer" text,
	"requested_at" timestamp with time zone DEFAULT now() NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "erasure_requests_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "erasure_requests_kind" CHECK (kind in ('erase-customer', 'erase-tenant', 'export-customer')),
	CONSTRAINT "erasure_requests_customer" CHECK ((kind = 'erase-tenant') = (customer is null))
);
--> statement-breakpoint
ALTER TABLE "erasure_requests" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "event_routes" (
	"provider" text NOT NULL,
	"route" text NOT NULL,
	"tenant_id" uuid NOT NULL,
	"account" text NOT NULL,
	"signed_for" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "event_routes_provider_route_pk" PRIMARY KEY("provider","route")
);
--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "reference" text;--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "webhook_secrets" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "state" text DEFAULT 'active' NOT NULL;--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD COLUMN "state_because" text;--> statement-breakpoint
ALTER TABLE "event_routes" ADD CONSTRAINT "event_routes_account" FOREIGN KEY ("tenant_id","provider","account") REFERENCES "sync_accounts"("tenant_id","provider","account") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "erasure_requests_open" ON "erasure_requests" USING btree ("tenant_id","provider","account","kind",coalesce(customer, '')) WHERE done_at is null;--> statement-breakpoint
CREATE INDEX "erasure_requests_due" ON "erasure_requests" USING btree ("due_at") WHERE done_at is null;--> statement-breakpoint
CREATE INDEX "event_routes_of_account" ON "event_routes" USING btree ("tenant_id","provider","account");--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD CONSTRAINT "sync_accounts_without_key" CHECK (reference is null or length(reference) <= 2048 and (
    reference ~ '^(arn:aws|ssm:/)[^[:space:]]+$'
    or reference ~ '^[a-zA-Z]{1,20}[_:][a-zA-Z0-9_]{1,250}$' and reference !~* '^(sk|rk|pk|rkcs|whsec|shp[a-z]+|sq0[a-z]*)[_:-]'
  ));--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD CONSTRAINT "sync_accounts_webhook_secrets" CHECK (cardinality(webhook_secrets) <= 10
    and array_to_string(webhook_secrets, ' ', '') ~ '^((arn:aws|ssm:/)[^[:space:]]+( (?=.)|$))*$');--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD CONSTRAINT "sync_accounts_state" CHECK (state in ('active', 'paused', 'disconnected'));--> statement-breakpoint
ALTER TABLE "sync_accounts" ADD CONSTRAINT "sync_accounts_not_active_with_a_reason" CHECK ((state = 'active') = (state_because is null));--> statement-breakpoint
CREATE POLICY "tenant" ON "erasure_requests" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "erasure_requests" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
ALTER TABLE "erasure_requests" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT ON "erasure_requests" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "erasure_requests" TO billing_sync_reader;--> statement-breakpoint
GRANT SELECT ON "event_routes" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "event_routes" TO billing_sync_reader;--> statement-breakpoint
COMMENT ON TABLE "erasure_requests" IS 'What providers ask for about persons: to erase a customer or an account, or to export a customer. A person erases with billing-sync erase, exports with a query of the tables, and then sets done_at as the owner of the tables.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."account" IS 'Provider account with its mode.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."kind" IS 'erase-customer, erase-tenant or export-customer.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."customer" IS 'Id of the customer at the provider. Null if the request is about the whole account.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."due_at" IS 'Time by which the provider wants it done.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."done_at" IS 'Time at which it was carried out. Null before.';--> statement-breakpoint
COMMENT ON TABLE "event_routes" IS 'Accounts that live events belong to, by what an event says of its origin. An event names no tenant, so the table has no policy of tenants. It holds no secret and no personal data.';--> statement-breakpoint
COMMENT ON COLUMN "event_routes"."route" IS 'What an event says of its origin: acct_1ABC live, ed_61ABC live, stripe/k7Qw live, paypal/k7Qw, square MLX, x.myshopify.com.';--> statement-breakpoint
COMMENT ON COLUMN "event_routes"."account" IS 'Provider account with its mode, as in sync_accounts.';--> statement-breakpoint
COMMENT ON COLUMN "event_routes"."signed_for" IS 'What the provider signs with the body: the id of a webhook of PayPal, the notification URL of Square. Null for the others.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."reference" IS 'Reference to the secret with which live events of the account fetch objects, or the id of a connected account. Null: the configured key of the worker. It never contains a key.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."webhook_secrets" IS 'References to the signing secrets of the webhooks of the account. While a secret is replaced there are two. They never contain a secret.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."state" IS 'active, paused or disconnected. Live events of an account that is not active are acknowledged and not applied.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."state_because" IS 'Why the account is not active, in words.';
