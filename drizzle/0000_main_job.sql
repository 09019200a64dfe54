CREATE TABLE "customers" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"id" text NOT NULL,
	"email" text,
	"name" text,
	"phone" text,
	"description" text,
	"currency" text,
	"balance" bigint,
	"delinquent" boolean,
	"country" text,
	"livemode" boolean,
	"metadata" jsonb,
	"created_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"raw" jsonb NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customers_tenant_id_provider_id_pk" PRIMARY KEY("tenant_id","provider","id")
);
--> statement-breakpoint
CREATE TABLE "sync_jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"sync_type" text NOT NULL,
	"options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"deliveries" integer DEFAULT 0 NOT NULL,
	"hop" integer DEFAULT 0 NOT NULL,
	"stalled" integer DEFAULT 0 NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"commits" bigint DEFAULT 0 NOT NULL,
	"lease_owner" text,
	"lease_until" timestamp with time zone,
	"checkpoint" jsonb,
	"progress" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"fetched" bigint DEFAULT 0 NOT NULL,
	"created" bigint DEFAULT 0 NOT NULL,
	"updated" bigint DEFAULT 0 NOT NULL,
	"unchanged" bigint DEFAULT 0 NOT NULL,
	"rejected" bigint DEFAULT 0 NOT NULL,
	"requests" bigint DEFAULT 0 NOT NULL,
	"result" jsonb,
	"error" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "sync_jobs_status" CHECK (status in ('pending', 'running', 'paused', 'retrying', 'completed', 'failed')),
	CONSTRAINT "sync_jobs_lease_while_running" CHECK ((status = 'running') = (lease_owner is not null and lease_until is not null)),
	CONSTRAINT "sync_jobs_finished_at_an_end" CHECK ((status in ('completed', 'failed')) = (finished_at is not null)),
	CONSTRAINT "sync_jobs_result_at_an_end" CHECK ((status in ('completed', 'failed')) = (result is not null)),
	CONSTRAINT "sync_jobs_completed_has_nothing_left" CHECK (status <> 'completed' or (checkpoint is null and error is null)),
	CONSTRAINT "sync_jobs_failure_has_error" CHECK (status not in ('failed', 'retrying') or error is not null),
	CONSTRAINT "sync_jobs_counts_add_up" CHECK (fetched = created + updated + unchanged + rejected),
	CONSTRAINT "sync_jobs_no_negatives" CHECK (least(attempt, deliveries, hop, stalled, fence, commits, created, updated, unchanged, rejected, requests) >= 0)
);
--> statement-breakpoint
CREATE TABLE "sync_rejects" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"resource" text NOT NULL,
	"item_key" text NOT NULL,
	"job_id" uuid NOT NULL,
	"code" text NOT NULL,
	"reason" text NOT NULL,
	"payload" text NOT NULL,
	"rejected_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sync_rejects_tenant_id_provider_resource_item_key_pk" PRIMARY KEY("tenant_id","provider","resource","item_key")
);
--> statement-breakpoint
CREATE INDEX "customers_created" ON "customers" USING btree ("tenant_id","provider","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "sync_jobs_one_running" ON "sync_jobs" USING btree ("tenant_id","provider") WHERE status = 'running';--> statement-breakpoint
CREATE INDEX "sync_jobs_tenant" ON "sync_jobs" USING btree ("tenant_id","created_at");