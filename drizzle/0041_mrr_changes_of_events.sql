-- As before, with one parameter more.
DROP FUNCTION compute_mrr_history(uuid, text, text, text[]);--> statement-breakpoint
-- Writes what has changed about the items of these subscriptions to mrr_history. A time that the row itself has is
-- believed if it lies after the last computation. Otherwise a change has the time of its event, or of the answer that showed it.
-- shown_by is event for a live event and sync for a job.
CREATE FUNCTION compute_mrr_history(of_tenant uuid, of_provider text, of_account text, chosen text[], shown_by text DEFAULT 'sync') RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_custom_plan SET enable_nestloop = on AS $$
DECLARE
	known_since timestamptz;
	changes jsonb;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('mrr_history ' || of_tenant, 0));
	-- See seed_mrr_history. For few subscriptions loops are right, once the tables were analysed. The setting ends with the function, which has one of its own.
	IF array_length(chosen, 1) > 50 OR EXISTS (SELECT FROM pg_class WHERE reltuples < 0 AND pg_relation_size(oid) > 0
		AND oid IN ('subscriptions'::regclass, 'subscription_items'::regclass, 'invoices'::regclass, 'invoice_lines'::regclass, 'prices'::regclass, 'discounts'::regclass)) THEN
		PERFORM set_config('enable_nestloop', 'off', true);
	END IF;
	SELECT mrr_computed_at INTO known_since FROM sync_accounts WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account;
	SELECT jsonb_agg(jsonb_build_object('item_id', item_id, 'moved', moved, 'at', at, 'livemode', livemode, 'subscription_id', subscription_id, 'customer_id', customer_id,
		'currency', currency, 'price_id', price_id, 'quantity', quantity, 'state', state, 'gross_mrr', gross_mrr, 'mrr', mrr, 'ends', ends, 'mrrs', mrrs, 'gone', gone, 'source', source))
	INTO changes
	FROM (
		SELECT coalesce(held.item_id, present.item_id) AS item_id, present.livemode, coalesce(present.subscription_id, held.subscription_id) AS subscription_id, present.customer_id, present.currency,
			present.price_id, present.quantity, present.state, present.gross_mrr, present.mrr, present.item_id IS NULL AS gone,
			wanted.ends, wanted.mrrs, ahead.ends AS ahead_ends, ahead.mrrs AS ahead_mrrs, CASE WHEN billed.alike THEN held.source ELSE shown_by END AS source,
			held.item_id IS NULL OR present.item_id IS NULL
				OR (held.state, held.mrr, held.price_id, held.currency) IS DISTINCT FROM (present.state, present.mrr, present.price_id, present.currency) AS moved,
			least(now(), greatest(held.valid_from, CASE
				WHEN billed.alike THEN held.valid_from
				WHEN present.item_id IS NULL THEN coalesce(removed.at, now())
				WHEN held.item_id IS NULL THEN CASE
					WHEN greatest(present.begins_at, present.trial_end) BETWEEN known_since AND now() THEN greatest(present.begins_at, present.trial_end) ELSE present.observed_at END
				WHEN present.state IN ('canceled', 'ended') THEN coalesce(present.ended_at, present.observed_at)
				WHEN held.state = 'trialing' AND present.state IN ('active', 'past_due') AND present.trial_end <= now() THEN present.trial_end
				-- Only its discounts have changed: a discount of the customer does so without the subscription.
				WHEN held.state = present.state AND held.gross_mrr = present.gross_mrr THEN greatest(present.observed_at,
					(SELECT max(coalesce(discount.deleted_at, discount.starts_at)) FROM discounts discount
						WHERE discount.tenant_id = of_tenant AND discount.provider = of_provider AND discount.account = of_account
							AND (discount.subscription_id = present.subscription_id OR discount.subscription_id IS NULL AND discount.customer_id = present.customer_id)),
					(SELECT CASE WHEN jsonb_typeof(customer.raw -> 'discount') = 'object' THEN to_timestamp((customer.raw #>> '{discount,start}')::float8) ELSE customer.observed_at END
						FROM customers customer
						WHERE customer.tenant_id = of_tenant AND customer.provider = of_provider AND customer.account = of_account AND customer.id = present.customer_id AND customer.raw ? 'discount'
							AND NOT EXISTS (SELECT FROM subscriptions subscription WHERE subscription.tenant_id = of_tenant AND subscription.provider = of_provider AND subscription.account = of_account
								AND subscription.id = present.subscription_id AND jsonb_typeof(subscription.discount_ids) = 'array' AND subscription.discount_ids <> '[]')))
				ELSE present.observed_at END)) AS at
		FROM (
			SELECT * FROM mrr_history history WHERE history.tenant_id = of_tenant AND history.provider = of_provider AND history.account = of_account AND history.subscription_id = ANY (chosen)
				AND history.valid_from <= now() AND (history.valid_to IS NULL OR history.valid_to > now())
		) held
		FULL JOIN revenue_of_items(of_tenant, of_provider, of_account, chosen) present ON present.item_id = held.item_id
		LEFT JOIN LATERAL (
			SELECT array_agg(history.valid_from ORDER BY history.valid_from) AS ends, array_agg(history.mrr ORDER BY history.valid_from) AS mrrs FROM mrr_history history
			WHERE history.tenant_id = of_tenant AND history.provider = of_provider AND history.account = of_account AND history.item_id = coalesce(held.item_id, present.item_id)
				AND history.valid_from > now()
		) ahead ON true
		LEFT JOIN LATERAL (
			SELECT array_agg(step.at ORDER BY step.at) AS ends, array_agg(step.mrr ORDER BY step.at) AS mrrs
			FROM (
				SELECT later.at, round(later.mrr, 15) AS mrr, lag(round(later.mrr, 15), 1, present.mrr) OVER (ORDER BY later.at) AS before
				FROM unnest(present.ends, present.mrrs_then) AS later(at, mrr)
			) step
			WHERE step.mrr IS DISTINCT FROM step.before
		) wanted ON present.state IN ('active', 'past_due')
		-- An invoice has whole amounts of discounts and taxes. What differs by that rounding was so from the beginning.
		CROSS JOIN LATERAL (
			SELECT coalesce(held.source = 'invoice' AND held.state = present.state AND held.price_id = present.price_id AND held.currency = present.currency
				AND held.gross_mrr > 0 AND abs(held.gross_mrr - present.gross_mrr) < present.least_mrr AND abs(held.mrr - present.mrr) < present.least_mrr, false) AS alike
		) billed
		LEFT JOIN LATERAL (
			SELECT least(item.deleted_at, subscription.deleted_at) AS at FROM subscription_items item
			LEFT JOIN subscriptions subscription ON subscription.tenant_id = item.tenant_id AND subscription.provider = item.provider AND subscription.account = item.account AND subscription.id = item.subscription_id
			WHERE item.tenant_id = of_tenant AND item.provider = of_provider AND item.account = of_account AND item.id = held.item_id
		) removed ON present.item_id IS NULL
		WHERE held.item_id IS NOT NULL OR present.state IN ('trialing', 'active', 'past_due', 'paused', 'unpaid')
	) item
	WHERE item.moved OR (item.ends, item.mrrs) IS DISTINCT FROM (item.ahead_ends, item.ahead_mrrs);
	IF changes IS NULL THEN
		RETURN;
	END IF;
	-- What was expected of the future goes, and what holds is closed.
	DELETE FROM mrr_history history USING jsonb_to_recordset(changes) AS change(item_id text, moved boolean, at timestamptz)
	WHERE history.tenant_id = of_tenant AND history.provider = of_provider AND history.account = of_account AND history.item_id = change.item_id
		AND (history.valid_from > now() OR change.moved AND history.valid_from >= change.at);
	UPDATE mrr_history history SET valid_to = CASE WHEN change.moved THEN change.at ELSE change.ends[1] END
	FROM jsonb_to_recordset(changes) AS change(item_id text, moved boolean, at timestamptz, ends timestamptz[])
	WHERE history.tenant_id = of_tenant AND history.provider = of_provider AND history.account = of_account AND history.item_id = change.item_id
		AND history.valid_from < CASE WHEN change.moved THEN change.at ELSE now() END
		AND (history.valid_to IS NULL OR history.valid_to > CASE WHEN change.moved THEN change.at ELSE now() END);
	INSERT INTO mrr_history (tenant_id, provider, account, livemode, subscription_id, item_id, customer_id, currency, price_id, quantity, state, gross_mrr, mrr, valid_from, valid_to, source)
	SELECT of_tenant, of_provider, of_account, change.livemode, change.subscription_id, change.item_id, change.customer_id, change.currency, change.price_id, change.quantity, change.state,
		change.gross_mrr, row.mrr, row.valid_from, row.valid_to, row.source
	FROM jsonb_to_recordset(changes) AS change(item_id text, moved boolean, at timestamptz, livemode boolean, subscription_id text, customer_id text, currency text, price_id text, quantity bigint,
		state text, gross_mrr numeric, mrr numeric, ends timestamptz[], mrrs numeric[], gone boolean, source text)
	CROSS JOIN LATERAL (
		SELECT change.mrr, change.at AS valid_from, change.ends[1] AS valid_to, change.source WHERE change.moved
		UNION ALL
		SELECT step.mrr, step.at, lead(step.at) OVER (ORDER BY step.at), 'sync' FROM unnest(change.ends, change.mrrs) AS step(at, mrr)
	) row
	WHERE NOT change.gone;
END $$;--> statement-breakpoint
COMMENT ON COLUMN "mrr_history"."source" IS 'What showed the change: an invoice, a live event, or a job (sync).';
