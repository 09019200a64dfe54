-- What a person reading the tables in psql wants to know: \d+ sync_jobs
COMMENT ON TABLE "sync_jobs" IS 'One row a SyncJobRequest: what was asked, how far it is, who works on it, how it ended. Changes are announced on the channel sync_jobs.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."status" IS 'pending: waits for its account; running: a worker holds the lease; paused: out of time, sent again; retrying: an attempt failed, another follows; completed, failed: ended';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."options" IS 'additionalData of the request as understood; never a token';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."attempt" IS 'failed attempts so far, bounded by Worker.MaxRetries; a pause or a wait is none';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."deliveries" IS 'how often a worker has taken the job up';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."hop" IS 'how often the job was paused, out of time, and sent again';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."stalled" IS 'deliveries in a row without a commit; a job that no longer gets ahead is failed';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."fence" IS 'raised by each claim; a write with an older fence changes nothing';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."commits" IS 'transactions committed for this job';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."lease_owner" IS 'the worker that holds the job while running';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."lease_until" IS 'by this database''s clock; past it another worker may take the job over';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."checkpoint" IS 'what is still to be read; null before the first commit and once completed';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."progress" IS 'per resource: fetched, created, updated, unchanged, rejected, and the estimated share done (0 to 1)';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."fetched" IS 'items the provider listed; the sum of created, updated, unchanged and rejected';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."rejected" IS 'items that could not be stored; see sync_rejects';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."requests" IS 'requests made to the provider, failed ones too';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."result" IS 'the SyncJobResult of an ended job';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."error" IS 'the last error as {code, message, retryable}; null on a completed job';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."next_attempt_at" IS 'while retrying: not before this moment';--> statement-breakpoint
COMMENT ON TABLE "sync_rejects" IS 'Items that could not be stored, with the reason; the latest try of an item wins.';--> statement-breakpoint
COMMENT ON COLUMN "sync_rejects"."item_key" IS 'the item''s id, or the SHA-256 of its payload where it has no usable id';--> statement-breakpoint
COMMENT ON COLUMN "sync_rejects"."code" IS 'SQLSTATE, or invalid_item when the worker refused it';--> statement-breakpoint
COMMENT ON TABLE "customers" IS 'Customers of all providers; rows are never deleted, see deleted_at.';--> statement-breakpoint
COMMENT ON COLUMN "customers"."balance" IS 'in the currency''s minor unit; negative is credit';--> statement-breakpoint
COMMENT ON COLUMN "customers"."created_at" IS 'when the provider created it';--> statement-breakpoint
COMMENT ON COLUMN "customers"."deleted_at" IS 'when the provider no longer had it';--> statement-breakpoint
COMMENT ON COLUMN "customers"."raw" IS 'the whole payload as the provider sent it';--> statement-breakpoint
COMMENT ON COLUMN "customers"."observed_at" IS 'the provider''s clock when it was read; an older observation never replaces a newer one';--> statement-breakpoint
COMMENT ON COLUMN "customers"."synced_at" IS 'when the row was last written, by this database''s clock';
