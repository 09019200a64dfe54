-- A price may be below 0, such as a credit that recurs. In the history an item of it lowers the MRR of its customer, who has no
-- less than 0. In the MRR of now a customer counts if the sum of its items is above 0. Otherwise both are as before.
CREATE OR REPLACE FUNCTION mrr_days(zone text, chosen text[]) RETURNS TABLE (tenant_id uuid, provider text, account text, livemode boolean, customer_id text, currency text,
	day date, mrr_before numeric, mrr_after numeric, kind text, month_opening numeric, first_day date, next_day date) LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT moved.tenant_id, moved.provider, moved.account, moved.livemode, moved.customer_id, moved.currency, moved.day,
	moved.mrr_before, moved.mrr_after,
	CASE WHEN moved.mrr_before = 0 THEN CASE WHEN moved.day = moved.first_day THEN 'new' ELSE 'reactivation' END
		WHEN moved.mrr_after = 0 THEN 'churn' WHEN moved.mrr_after > moved.mrr_before THEN 'expansion' ELSE 'contraction' END,
	first_value(moved.mrr_before) OVER (PARTITION BY moved.tenant_id, moved.provider, moved.account, moved.livemode, moved.customer_id, moved.currency, date_trunc('month', moved.day::timestamp) ORDER BY moved.day),
	moved.first_day,
	lead(moved.day) OVER (PARTITION BY moved.tenant_id, moved.provider, moved.account, moved.livemode, moved.customer_id, moved.currency ORDER BY moved.day)
FROM (
	SELECT summed.*, min(summed.day) FILTER (WHERE summed.mrr_after > 0) OVER (PARTITION BY summed.tenant_id, summed.provider, summed.account, summed.livemode, summed.customer_id, summed.currency) AS first_day
	FROM (
		SELECT net.*, greatest(sum(net.change) OVER days, 0) AS mrr_after, greatest(sum(net.change) OVER days - net.change, 0) AS mrr_before
		FROM (
			SELECT history.tenant_id, history.provider, history.account, history.livemode,
				coalesce(history.customer_id, history.subscription_id, history.item_id) AS customer_id, history.currency,
				(point.at AT TIME ZONE zone)::date AS day, sum(point.change) AS change
			FROM mrr_history history
			CROSS JOIN LATERAL (VALUES (history.valid_from, history.mrr), (history.valid_to, - history.mrr)) AS point(at, change)
			WHERE history.state IN ('active', 'past_due') AND history.mrr <> 0 AND history.currency IS NOT NULL AND point.at IS NOT NULL
				AND (chosen IS NULL OR history.customer_id = ANY (chosen)
					OR history.customer_id IS NULL AND coalesce(history.subscription_id, history.item_id) = ANY (chosen))
			GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(point.change) <> 0
		) net
		WINDOW days AS (PARTITION BY net.tenant_id, net.provider, net.account, net.livemode, net.customer_id, net.currency ORDER BY net.day)
	) summed
) moved
WHERE moved.mrr_before <> moved.mrr_after;
END;--> statement-breakpoint
DO $$
DECLARE
	place name := (
		SELECT views.nspname FROM pg_class view
		JOIN pg_namespace views ON views.oid = view.relnamespace
		JOIN pg_rewrite rule ON rule.ev_class = view.oid
		JOIN pg_depend uses ON uses.objid = rule.oid AND uses.refobjid = 'subscription_items'::regclass
		WHERE view.relname = 'item_prices' LIMIT 1);
BEGIN
	EXECUTE format($view$
CREATE OR REPLACE VIEW %1$I.mrr WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency,
	minor_units(coalesce(sum(mrr), 0)) AS mrr,
	minor_units(coalesce(sum(gross_mrr), 0)) AS gross_mrr,
	minor_units(coalesce(sum(forever_discount), 0)) AS forever_discount,
	minor_units(coalesce(sum(repeating_discount), 0)) AS repeating_discount,
	minor_units(coalesce(sum(once_discount), 0)) AS once_discount,
	minor_units(coalesce(sum(canceling_mrr), 0)) AS canceling_mrr,
	minor_units(coalesce(sum(paused_mrr), 0)) AS paused_mrr,
	minor_units(coalesce(sum(trialing_mrr), 0)) AS trialing_mrr,
	sum(subscriptions)::bigint AS subscriptions,
	count(*) FILTER (WHERE mrr > 0) AS customers,
	sum(unpriced_items)::bigint AS unpriced_items
FROM (
	SELECT tenant_id, provider, account, livemode, currency, coalesce(customer_id, subscription_id) AS customer,
		sum(mrr) FILTER (WHERE counts) AS mrr,
		sum(gross_mrr) FILTER (WHERE counts) AS gross_mrr,
		sum(forever_discount) FILTER (WHERE counts) AS forever_discount,
		sum(repeating_discount) FILTER (WHERE counts) AS repeating_discount,
		sum(once_discount) FILTER (WHERE counts) AS once_discount,
		sum(mrr) FILTER (WHERE counts AND canceling) AS canceling_mrr,
		sum(mrr) FILTER (WHERE state = 'paused') AS paused_mrr,
		sum(mrr) FILTER (WHERE state = 'trialing') AS trialing_mrr,
		count(DISTINCT subscription_id) FILTER (WHERE counts) AS subscriptions,
		count(*) FILTER (WHERE counts AND mrr IS NULL AND NOT metered) AS unpriced_items
	FROM (SELECT *, state IN ('active', 'past_due') AS counts FROM %1$I.item_revenue WHERE state IN ('active', 'past_due', 'paused', 'trialing')) item
	GROUP BY tenant_id, provider, account, livemode, currency, coalesce(customer_id, subscription_id)
) customer
GROUP BY tenant_id, provider, account, livemode, currency
$view$, place);
END $$;
