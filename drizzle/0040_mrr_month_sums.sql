CREATE TABLE "mrr_month_sums" (
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"livemode" boolean,
	"currency" text NOT NULL,
	"month" date NOT NULL,
	"new_mrr" numeric NOT NULL,
	"expansion" numeric NOT NULL,
	"reactivation" numeric NOT NULL,
	"contraction" numeric NOT NULL,
	"churn" numeric NOT NULL,
	"new_customers" bigint NOT NULL,
	"churned_customers" bigint NOT NULL,
	"reactivated_customers" bigint NOT NULL,
	"lost_customers" bigint NOT NULL,
	"lost" numeric NOT NULL,
	"kept" numeric NOT NULL,
	"changes" bigint NOT NULL,
	CONSTRAINT "mrr_month_sums_one_a_month" UNIQUE NULLS NOT DISTINCT("tenant_id","provider","account","currency","livemode","month")
);
--> statement-breakpoint
ALTER TABLE "mrr_month_sums" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "tenant" ON "mrr_month_sums" AS PERMISSIVE FOR ALL TO public USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "reader" ON "mrr_month_sums" AS PERMISSIVE FOR SELECT TO "billing_sync_reader" USING (true);--> statement-breakpoint
ALTER TABLE "mrr_month_sums" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "mrr_month_sums" TO billing_sync_worker;--> statement-breakpoint
GRANT SELECT ON "mrr_month_sums" TO billing_sync_reader;--> statement-breakpoint
-- What a change of a customer adds to the sums of its month. "closes": it is the customer's last change of the month.
CREATE FUNCTION mrr_parts(kind text, mrr_before numeric, mrr_after numeric, month_opening numeric, closes boolean)
RETURNS TABLE (new_mrr numeric, expansion numeric, reactivation numeric, contraction numeric, churn numeric, new_customers bigint, churned_customers bigint,
	reactivated_customers bigint, lost_customers bigint, lost numeric, kept numeric) LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE WHEN kind = 'new' THEN mrr_after ELSE 0 END, CASE WHEN kind = 'expansion' THEN mrr_after - mrr_before ELSE 0 END,
	CASE WHEN kind = 'reactivation' THEN mrr_after ELSE 0 END, CASE WHEN kind = 'contraction' THEN mrr_before - mrr_after ELSE 0 END,
	CASE WHEN kind = 'churn' THEN mrr_before ELSE 0 END,
	(kind = 'new')::int::bigint, (kind = 'churn')::int::bigint, (kind = 'reactivation')::int::bigint,
	-- Of the customers at the opening: who is gone at the closing, what they pay less, and what they pay more or less.
	(closes AND month_opening > 0 AND mrr_after = 0)::int::bigint,
	CASE WHEN closes AND month_opening > 0 THEN month_opening - least(mrr_after, month_opening) ELSE 0 END,
	CASE WHEN closes AND month_opening > 0 THEN mrr_after - month_opening ELSE 0 END;
END;--> statement-breakpoint
-- Rows of mrr_changes are inserted and deleted, never updated.
CREATE FUNCTION keep_mrr_month_sums() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	sign int := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
	INSERT INTO mrr_month_sums AS stored (tenant_id, provider, account, livemode, currency, month, new_mrr, expansion, reactivation, contraction, churn, new_customers, churned_customers, reactivated_customers, lost_customers, lost, kept, changes)
	SELECT change.tenant_id, change.provider, change.account, change.livemode, change.currency, date_trunc('month', change.day::timestamp)::date,
		sign * sum(part.new_mrr), sign * sum(part.expansion), sign * sum(part.reactivation), sign * sum(part.contraction), sign * sum(part.churn), sign * sum(part.new_customers)::bigint, sign * sum(part.churned_customers)::bigint, sign * sum(part.reactivated_customers)::bigint, sign * sum(part.lost_customers)::bigint, sign * sum(part.lost), sign * sum(part.kept), sign * count(*)
	FROM touched change
	CROSS JOIN LATERAL mrr_parts(change.kind, change.mrr_before, change.mrr_after, change.month_opening,
		change.next_day IS NULL OR date_trunc('month', change.next_day::timestamp) > date_trunc('month', change.day::timestamp)) part
	WHERE change.day IS NOT NULL
	GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
	ON CONFLICT ON CONSTRAINT mrr_month_sums_one_a_month DO UPDATE SET new_mrr = stored.new_mrr + excluded.new_mrr, expansion = stored.expansion + excluded.expansion, reactivation = stored.reactivation + excluded.reactivation, contraction = stored.contraction + excluded.contraction, churn = stored.churn + excluded.churn, new_customers = stored.new_customers + excluded.new_customers, churned_customers = stored.churned_customers + excluded.churned_customers, reactivated_customers = stored.reactivated_customers + excluded.reactivated_customers, lost_customers = stored.lost_customers + excluded.lost_customers, lost = stored.lost + excluded.lost, kept = stored.kept + excluded.kept, changes = stored.changes + excluded.changes;
	IF TG_OP = 'DELETE' THEN
		DELETE FROM mrr_month_sums WHERE changes = 0 AND tenant_id IN (SELECT tenant_id FROM touched);
	END IF;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER keep_mrr_month_sums_of_inserts AFTER INSERT ON mrr_changes REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION keep_mrr_month_sums();--> statement-breakpoint
CREATE TRIGGER keep_mrr_month_sums_of_deletes AFTER DELETE ON mrr_changes REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION keep_mrr_month_sums();--> statement-breakpoint
-- The owner must see the changes of all tenants to sum them. Both tables are closed again before this commits.
ALTER TABLE "mrr_changes" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "mrr_month_sums" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
INSERT INTO mrr_month_sums (tenant_id, provider, account, livemode, currency, month, new_mrr, expansion, reactivation, contraction, churn, new_customers, churned_customers, reactivated_customers, lost_customers, lost, kept, changes)
SELECT change.tenant_id, change.provider, change.account, change.livemode, change.currency, date_trunc('month', change.day::timestamp)::date,
	sum(part.new_mrr), sum(part.expansion), sum(part.reactivation), sum(part.contraction), sum(part.churn), sum(part.new_customers)::bigint, sum(part.churned_customers)::bigint, sum(part.reactivated_customers)::bigint, sum(part.lost_customers)::bigint, sum(part.lost), sum(part.kept), count(*)
FROM mrr_changes change
CROSS JOIN LATERAL mrr_parts(change.kind, change.mrr_before, change.mrr_after, change.month_opening,
	change.next_day IS NULL OR date_trunc('month', change.next_day::timestamp) > date_trunc('month', change.day::timestamp)) part
WHERE change.day IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6;--> statement-breakpoint
ALTER TABLE "mrr_changes" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "mrr_month_sums" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
-- Months that have ended are read from their sums, in UTC. The current month, and every month of another time zone, is computed from its changes.
DO $$
DECLARE
	place name := (
		SELECT views.nspname FROM pg_class view
		JOIN pg_namespace views ON views.oid = view.relnamespace
		JOIN pg_rewrite rule ON rule.ev_class = view.oid
		JOIN pg_depend uses ON uses.objid = rule.oid AND uses.refobjid = 'mrr_changes'::regclass
		WHERE view.relname = 'customer_mrr' LIMIT 1);
BEGIN
	EXECUTE format($view$
CREATE OR REPLACE VIEW %I.mrr_months WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, to_char(month, 'YYYY-MM') AS month,
	minor_units(opening) AS opening, minor_units(new_mrr) AS new, minor_units(expansion) AS expansion, minor_units(reactivation) AS reactivation,
	minor_units(contraction) AS contraction, minor_units(churn) AS churn, minor_units(closing) AS closing,
	customers_opening, customers_closing, new_customers, churned_customers, reactivated_customers,
	round(lost_customers / nullif(customers_opening, 0)::numeric, 4) AS customer_churn_rate,
	round((churn + contraction) / nullif(opening, 0), 4) AS gross_churn_rate,
	round((churn + contraction - expansion - reactivation) / nullif(opening, 0), 4) AS net_churn_rate,
	round((opening - lost) / nullif(opening, 0), 4) AS grr,
	round((opening + kept) / nullif(opening, 0), 4) AS nrr,
	round(closing / nullif(customers_closing, 0), 2) AS arpa,
	round(closing * customers_opening / nullif(customers_closing * lost_customers, 0), 2) AS ltv
FROM (
	SELECT grid.*, sum(change) OVER months AS closing, sum(change) OVER months - change AS opening,
		(sum(customers_change) OVER months)::bigint AS customers_closing, (sum(customers_change) OVER months)::bigint - customers_change AS customers_opening
	FROM (
		SELECT month.tenant_id, month.provider, month.account, month.livemode, month.currency, shown.month,
			CASE WHEN own THEN month.new_mrr ELSE 0 END AS new_mrr, CASE WHEN own THEN month.expansion ELSE 0 END AS expansion,
			CASE WHEN own THEN month.reactivation ELSE 0 END AS reactivation, CASE WHEN own THEN month.contraction ELSE 0 END AS contraction,
			CASE WHEN own THEN month.churn ELSE 0 END AS churn, CASE WHEN own THEN month.new_customers ELSE 0 END AS new_customers,
			CASE WHEN own THEN month.churned_customers ELSE 0 END AS churned_customers, CASE WHEN own THEN month.reactivated_customers ELSE 0 END AS reactivated_customers,
			CASE WHEN own THEN month.lost_customers ELSE 0 END AS lost_customers, CASE WHEN own THEN month.lost ELSE 0 END AS lost, CASE WHEN own THEN month.kept ELSE 0 END AS kept,
			CASE WHEN own THEN month.new_mrr + month.expansion + month.reactivation - month.contraction - month.churn ELSE 0 END AS change,
			CASE WHEN own THEN month.new_customers + month.reactivated_customers - month.churned_customers ELSE 0 END AS customers_change
		FROM (
			SELECT *, lead(month) OVER (PARTITION BY tenant_id, provider, account, livemode, currency ORDER BY month) AS next_month
			FROM (
				SELECT tenant_id, provider, account, livemode, currency, month::timestamp AS month, new_mrr, expansion, reactivation, contraction, churn, new_customers, churned_customers, reactivated_customers, lost_customers, lost, kept
				FROM mrr_month_sums WHERE revenue_zone() = 'UTC' AND month < date_trunc('month', now() AT TIME ZONE 'UTC')::date
				UNION ALL
				SELECT change.tenant_id, change.provider, change.account, change.livemode, change.currency, date_trunc('month', change.day::timestamp),
					sum(part.new_mrr), sum(part.expansion), sum(part.reactivation), sum(part.contraction), sum(part.churn), sum(part.new_customers)::bigint, sum(part.churned_customers)::bigint, sum(part.reactivated_customers)::bigint, sum(part.lost_customers)::bigint, sum(part.lost), sum(part.kept)
				FROM (
					-- With revenue_today() the index of the days would not be used: row-level security lets no coalesce() into an index's condition.
					SELECT tenant_id, provider, account, livemode, currency, day, mrr_before, mrr_after, kind, month_opening, next_day
					FROM mrr_changes WHERE revenue_zone() = 'UTC' AND day >= date_trunc('month', now() AT TIME ZONE 'UTC')::date AND day <= (now() AT TIME ZONE 'UTC')::date
					UNION ALL
					SELECT tenant_id, provider, account, livemode, currency, day, mrr_before, mrr_after, kind, month_opening, next_day
					FROM mrr_days(revenue_zone(), NULL) AS days WHERE revenue_zone() <> 'UTC' AND day <= revenue_today()
				) change
				CROSS JOIN LATERAL mrr_parts(change.kind, change.mrr_before, change.mrr_after, change.month_opening,
					change.next_day IS NULL OR change.next_day > revenue_today() OR date_trunc('month', change.next_day::timestamp) > date_trunc('month', change.day::timestamp)) part
				GROUP BY 1, 2, 3, 4, 5, 6
			) month
		) month
		CROSS JOIN LATERAL generate_series(month.month, coalesce(month.next_month - interval '1 month', date_trunc('month', revenue_today()::timestamp)), interval '1 month') AS shown(month)
		CROSS JOIN LATERAL (SELECT shown.month = month.month AS own) AS whether
	) grid
	WINDOW months AS (PARTITION BY tenant_id, provider, account, livemode, currency ORDER BY month)
) month
$view$, place);
END $$;--> statement-breakpoint
COMMENT ON TABLE "mrr_month_sums" IS 'Sums of mrr_changes by month in UTC. Postgres keeps them with each write. A month that has not ended also has the changes of days to come.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_month_sums"."month" IS 'First day of the month, in UTC.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_month_sums"."lost_customers" IS 'Customers who had MRR when the month began and none when it ended.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_month_sums"."lost" IS 'What customers who had MRR when the month began paid less when it ended.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_month_sums"."kept" IS 'What customers who had MRR when the month began paid more when it ended, less what others of them paid less.';--> statement-breakpoint
COMMENT ON COLUMN "mrr_month_sums"."changes" IS 'Rows of mrr_changes that the sums are of.';
