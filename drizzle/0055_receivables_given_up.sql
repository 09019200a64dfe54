-- An invoice is owed until it is given up, also if it is paid or voided after that. Otherwise the view is as before.
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
CREATE OR REPLACE VIEW %I.receivables WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, to_char(month, 'YYYY-MM') AS month, billed::bigint AS billed, receivable::bigint AS receivable,
	round(receivable * extract(day FROM month + interval '1 month' - interval '1 day') / nullif(billed, 0), 1) AS dso
FROM (
	SELECT month.tenant_id, month.provider, month.account, month.livemode, month.currency, shown.month,
		CASE WHEN shown.month = month.month THEN month.billed ELSE 0 END AS billed,
		sum(CASE WHEN shown.month = month.month THEN month.change ELSE 0 END) OVER (PARTITION BY month.tenant_id, month.provider, month.account, month.livemode, month.currency ORDER BY shown.month) AS receivable
	FROM (
		SELECT *, lead(month) OVER (PARTITION BY tenant_id, provider, account, livemode, currency ORDER BY month) AS next_month
		FROM (
			SELECT invoice.tenant_id, invoice.provider, invoice.account, invoice.livemode, invoice.currency, date_trunc('month', point.at AT TIME ZONE revenue_zone()) AS month,
				coalesce(sum(point.billed), 0) AS billed, coalesce(sum(point.change), 0) AS change
			FROM (
				SELECT invoice.tenant_id, invoice.provider, invoice.account, coalesce(invoice.livemode, connected.mode = 'live') AS livemode, invoice.currency, known.state,
					coalesce(invoice.total, invoice.amount_due, 0) AS total, coalesce(invoice.amount_due, invoice.total, 0) AS due,
					coalesce(invoice.finalized_at, invoice.effective_at, invoice.created_at) AS begins,
					-- An invoice that was given up may be paid or voided later.
					CASE WHEN known.state IN ('paid', 'refunded', 'void', 'uncollectible') THEN least(invoice.marked_uncollectible_at, coalesce(
						CASE known.state WHEN 'void' THEN invoice.voided_at WHEN 'uncollectible' THEN invoice.marked_uncollectible_at ELSE invoice.paid_at END,
						invoice.finalized_at, invoice.effective_at, invoice.created_at)) END AS closes
				FROM invoices invoice
				JOIN states known ON known.provider = invoice.provider AND known.kind = 'invoice' AND known.status = invoice.status AND known.state <> 'draft'
				LEFT JOIN sync_accounts connected ON connected.tenant_id = invoice.tenant_id AND connected.provider = invoice.provider AND connected.account = invoice.account
				WHERE invoice.deleted_at IS NULL AND (known.state <> 'void' OR invoice.finalized_at IS NOT NULL)
			) invoice
			CROSS JOIN LATERAL (VALUES (invoice.begins, CASE WHEN invoice.state = 'void' THEN 0 ELSE invoice.total END, invoice.due), (CASE WHEN invoice.closes IS NOT NULL THEN greatest(invoice.closes, invoice.begins) END, 0, - invoice.due)) AS point(at, billed, change)
			WHERE point.at IS NOT NULL
			GROUP BY 1, 2, 3, 4, 5, 6
		) month
	) month
	CROSS JOIN LATERAL generate_series(month.month, coalesce(month.next_month - interval '1 month', date_trunc('month', revenue_today()::timestamp)), interval '1 month') AS shown(month)
) month
$view$, place);
END $$;
