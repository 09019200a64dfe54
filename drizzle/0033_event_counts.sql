CREATE TABLE "sync_event_counts" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"shard" smallint NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"applied" bigint DEFAULT 0 NOT NULL,
	"unchanged" bigint DEFAULT 0 NOT NULL,
	"tied" bigint DEFAULT 0 NOT NULL,
	"retrieved" bigint DEFAULT 0 NOT NULL,
	"rejected" bigint DEFAULT 0 NOT NULL,
	"skipped" bigint DEFAULT 0 NOT NULL,
	"lag_ms_sum" bigint DEFAULT 0 NOT NULL,
	"lag_ms_max" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "sync_event_counts_tenant_id_provider_account_hour_shard_pk" PRIMARY KEY("tenant_id","provider","account","hour","shard")
);
--> statement-breakpoint
ALTER TABLE "sync_event_counts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "tenant" ON "sync_event_counts" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "sync_event_counts" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
ALTER TABLE "sync_event_counts" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "sync_event_counts" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "sync_event_counts" TO billing_sync_reader;--> statement-breakpoint
COMMENT ON TABLE "sync_event_counts" IS 'Live events of provider accounts by the hour: how many came, what became of them, and how late they were.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."account" IS 'Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."hour" IS 'Beginning of the hour in which the events were applied.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."shard" IS '0 to 7. Several writers count at once, each in a row of its own: an account has up to eight rows an hour. Add them up.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."applied" IS 'Number of events that wrote a row, or marked one as deleted.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."unchanged" IS 'Number of events whose object was as new as they are, or newer.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."tied" IS 'Number of events of a moment that has several snapshots of their object. The object was fetched.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."retrieved" IS 'Number of requests to the provider.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."rejected" IS 'Number of events whose object could not be stored; see sync_rejects.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."skipped" IS 'Number of events about nothing that is stored.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."lag_ms_sum" IS 'Milliseconds from the sending of the messages to the commit, all events together.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."lag_ms_max" IS 'Milliseconds of the slowest event.';
