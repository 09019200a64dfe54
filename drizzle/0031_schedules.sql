CREATE TABLE "sync_schedules" (
	"id" uuid NOT NULL,
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text,
	"reference" text,
	"sync_type" text DEFAULT 'incremental' NOT NULL,
	"resources" text[],
	"every_seconds" integer DEFAULT 3600 NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"paused_at" timestamp with time zone,
	"paused_because" text,
	"rejects" integer DEFAULT 0 NOT NULL,
	"last_job_id" uuid,
	"last_sent_at" timestamp with time zone,
	"last_status" text,
	"last_success_at" timestamp with time zone,
	"recent_requests" integer[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sync_schedules_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "sync_schedules_one_of_a_kind" UNIQUE NULLS NOT DISTINCT("tenant_id","provider","account","reference","sync_type","resources"),
	CONSTRAINT "sync_schedules_without_key" CHECK (reference is null or length(reference) <= 2048 and (
    reference ~ '^(arn:aws|ssm:/)[^[:space:]]+$'
    or reference ~ '^[a-zA-Z]{1,20}[_:][a-zA-Z0-9_]{1,250}$' and reference !~* '^(sk|rk|pk|rkcs|whsec|shp[a-z]+|sq0[a-z]*)[_:-]'
  )),
	CONSTRAINT "sync_schedules_sync_type" CHECK (sync_type in ('full', 'incremental')),
	CONSTRAINT "sync_schedules_every" CHECK (every_seconds between 60 and 31622400),
	CONSTRAINT "sync_schedules_paused_with_a_reason" CHECK ((paused_at is null) = (paused_because is null)),
	CONSTRAINT "sync_schedules_rejects" CHECK (rejects >= 0)
);
--> statement-breakpoint
ALTER TABLE "sync_schedules" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "sync_schedules_due" ON "sync_schedules" USING btree ("next_at") WHERE paused_at is null;--> statement-breakpoint
CREATE POLICY "tenant" ON "sync_schedules" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "sync_schedules" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
CREATE POLICY "tick" ON "sync_schedules" AS PERMISSIVE FOR ALL TO public USING ((select current_setting('app.tick', true)) = 'on') WITH CHECK ((select current_setting('app.tick', true)) = 'on');--> statement-breakpoint
ALTER TABLE "sync_schedules" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "sync_schedules" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "sync_schedules" TO billing_sync_reader;--> statement-breakpoint
COMMENT ON TABLE "sync_schedules" IS 'Schedules of provider accounts: the tick sends a job to the queue each time that a schedule is due.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."account" IS 'Account that the credentials must belong to, without its mode, as in a message. Null if none is named.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."reference" IS 'Reference to a secret, or id of a connected account, that the messages have as their accessToken. Null: the configured key of the worker. It never contains a key.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."sync_type" IS 'full or incremental.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."resources" IS 'Names of resources, as in additionalData.resources. Null: those that a job reads if none are named.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."every_seconds" IS 'Seconds between two due times.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."next_at" IS 'Time at which the next job is due.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."paused_at" IS 'Time since which no jobs are sent. Null if the schedule is active.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."paused_because" IS 'Why the schedule is paused, in words.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."rejects" IS 'Number of consecutive jobs that were refused. The tick pauses the schedule after three.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."last_job_id" IS 'The last job that was sent.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."last_status" IS 'Status of the last job when the tick last looked. Null before a worker has seen the job.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."last_success_at" IS 'Time at which a job of the schedule last completed.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."recent_requests" IS 'Requests to the provider of the last jobs that ended, at most ten, oldest first.';
