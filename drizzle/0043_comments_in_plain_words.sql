COMMENT ON TABLE "coupon_options" IS 'Fields of coupons that the list of coupons leaves out. The id is that of the coupon.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."due_at" IS 'Time by which the provider wants the request carried out.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."done_at" IS 'Time at which the request was carried out. Null before.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."rows" IS 'Rows that were removed or exported, by table. Null before the request was carried out.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."failed_at" IS 'Time of the last attempt, if it failed. Null otherwise.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."failed_because" IS 'Why the last attempt failed, in words.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."claimed_by" IS 'Process that carries out the request now. Null if none does.';--> statement-breakpoint
COMMENT ON COLUMN "erasure_requests"."claimed_until" IS 'Time from which another process may take the request over. Each transaction of an erasure moves it on.';--> statement-breakpoint
COMMENT ON TABLE "event_routes" IS 'Routes of live events: the account that the events of an origin belong to. An event names no tenant, so the table has no row-level security. It holds no secret and no personal data.';--> statement-breakpoint
COMMENT ON COLUMN "event_routes"."route" IS 'Origin of events, as the event names it: acct_1ABC live, ed_61ABC live, stripe/k7Qw live, paypal/k7Qw, square MLX, x.myshopify.com.';--> statement-breakpoint
COMMENT ON TABLE "mrr_history" IS 'MRR of each item of a subscription, a row for each change. Amounts are in the minor unit of the currency, with fractions.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_month_sums"."lost" IS 'Sum over the customers whose MRR at the end of the month is less than at its beginning: by how much it is less.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_month_sums"."kept" IS 'Change of MRR over the month, of customers who had MRR at its beginning: what was gained minus what was lost.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_month_sums"."changes" IS 'Number of rows of mrr_changes in the sums.';--> statement-breakpoint
COMMENT ON TABLE "price_options" IS 'Fields of prices that the list of prices leaves out. The id is that of the price.';--> statement-breakpoint
COMMENT ON COLUMN "sync_accounts"."list_splits" IS 'By resource, creation seconds at which its list was split evenly by the last full job. The next full job reads all these windows at once.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."unchanged" IS 'Number of events that were not newer than the stored row.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."tied" IS 'Number of events that share their second with another event of the same object. The worker fetched the object instead.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."skipped" IS 'Number of events about objects that are not stored.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."lag_ms_sum" IS 'Sum over all events of the milliseconds from the sending of the message to the commit.';--> statement-breakpoint
COMMENT ON COLUMN "sync_event_counts"."lag_ms_max" IS 'Milliseconds from the sending of the message to the commit, of the slowest event.';--> statement-breakpoint
COMMENT ON COLUMN "sync_jobs"."next_attempt_at" IS 'Earliest time of the next attempt, while the job is retrying.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."paused_at" IS 'Time since which the tick sends no jobs. Null if the schedule is active.';--> statement-breakpoint
COMMENT ON COLUMN "sync_schedules"."recent_requests" IS 'Number of requests that each of the last ten ended jobs made, oldest first.';--> statement-breakpoint
COMMENT ON TABLE "unlisted_rows" IS 'Live rows that a list of the provider did not show, until the worker asks for them by id. A row that the provider still has stays here, so that the next job asks for others first.';--> statement-breakpoint
COMMENT ON COLUMN "unlisted_rows"."part" IS 'Partition of the list, such as a location. A row is absent if no partition shows it.';
