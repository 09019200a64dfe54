-- As before, but a line for a part of a period has the discounts that it names. Stripe names them since 2025-09-30 if a
-- subscription itemizes the discounts of prorations. A line that is free by a discount has the share of tax of its neighbour.
CREATE OR REPLACE FUNCTION mrr_from_invoices(of_tenant uuid, of_provider text, of_account text, chosen text[]) RETURNS TABLE (livemode boolean, subscription_id text, item_id text, customer_id text,
	currency text, price_id text, quantity bigint, gross_mrr numeric, mrr numeric, valid_from timestamptz, valid_to timestamptz) LANGUAGE sql STABLE
BEGIN ATOMIC
WITH lines AS MATERIALIZED (
	SELECT line.id, coalesce(subscription.livemode, line.livemode, invoice.livemode, connected.mode = 'live') AS livemode, line.subscription_id, coalesce(line.subscription_item_id, waited.subscription_item_id) AS item_id,
		coalesce(subscription.customer_id, invoice.customer_id, line.subscription_id) AS customer_id, lower(coalesce(line.currency, invoice.currency)) AS currency, price.id AS price_id,
		coalesce(line.quantity, 1) AS quantity, line.invoice_id, coalesce(invoice.finalized_at, invoice.created_at) AS billed_at, line.period_start, line.period_end,
		-- A line that charges sets the MRR. A line that credits only ends the item.
		NOT coalesce(line.proration, false) OR coalesce(line.amount, 0) >= 0 AS charges,
		monthly_amount(CASE
			WHEN line.amount = 0 THEN 0
			-- What a part of an interval comes to for a whole one.
			WHEN part.prorated AND (part.tiered OR listed.unit IS NULL) THEN line.amount * extract(epoch FROM line.period_end - ((line.period_end AT TIME ZONE 'UTC' - make_interval(
				days => CASE price.interval WHEN 'day' THEN 1 WHEN 'week' THEN 7 ELSE 0 END * coalesce(price.interval_count, 1)::int,
				months => CASE price.interval WHEN 'month' THEN 1 WHEN 'year' THEN 12 ELSE 0 END * coalesce(price.interval_count, 1)::int)) AT TIME ZONE 'UTC'))
				/ extract(epoch FROM line.period_end - line.period_start)
			WHEN part.tiered THEN line.amount
			ELSE coalesce(CASE WHEN part.prorated OR price.divide_by > 1 THEN listed.unit ELSE coalesce(line.unit_amount_decimal, listed.unit) END * CASE
				WHEN price.divide_by > 1 THEN CASE coalesce(price.round, price.raw #>> '{transform_quantity,round}')
					WHEN 'down' THEN floor(coalesce(line.quantity_decimal, line.quantity, 1) / price.divide_by) ELSE ceil(coalesce(line.quantity_decimal, line.quantity, 1) / price.divide_by) END
				ELSE coalesce(line.quantity_decimal, line.quantity, 1) END, line.amount)
			END * CASE WHEN tax.inclusive > 0 AND line.amount > coalesce(line.discount_amount, 0)
				THEN (line.amount - coalesce(line.discount_amount, 0) - tax.inclusive) * 1.000000000000000000000000000000 / (line.amount - coalesce(line.discount_amount, 0)) ELSE coalesce(taxed.share, 1) END,
			price.interval, coalesce(price.interval_count, 1)) AS gross_mrr,
		-- A line for a part of a period is net of discounts already, or its subscription itemizes them. A discount that is used once lowers no MRR.
		CASE WHEN line.amount > 0 AND part.discounted
			THEN (line.amount - coalesce(discounted.recurring, line.discount_amount, 0)) * 1.000000000000000000000000000000 / line.amount ELSE 1 END AS kept,
		part.prorated AND NOT part.tiered AND listed.unit IS NOT NULL AND NOT part.discounted AS listed_part,
		line.amount, CASE WHEN line.amount > 0 AND part.discounted THEN discounted.ends END AS ends, subscription.ended_at,
		subscription.deleted_at IS NULL AND known.state IN ('active', 'past_due') AND subscription.pause_behavior IS NULL AND item.id IS NOT NULL AND item.deleted_at IS NULL AS lasts
	FROM (SELECT DISTINCT unnest(chosen) AS id) wanted
	CROSS JOIN LATERAL (
		SELECT account, amount, currency, discount_amount, id, inclusive_tax_amount, invoice_id, invoice_item_id, livemode, period_end, period_start, price_id, proration, provider, quantity, quantity_decimal, raw, subscription_id, subscription_item_id, tax_amount, tenant_id, unit_amount_decimal FROM invoice_lines mine
		WHERE mine.tenant_id = of_tenant AND mine.provider = of_provider AND mine.account = of_account AND mine.subscription_id = wanted.id AND mine.deleted_at IS NULL OFFSET 0
	) line
	CROSS JOIN LATERAL (
		SELECT attempted, created_at, currency, customer_id, finalized_at, livemode, provider, status FROM invoices mine
		WHERE mine.tenant_id = of_tenant AND mine.provider = of_provider AND mine.account = of_account AND mine.id = line.invoice_id AND mine.deleted_at IS NULL OFFSET 0
	) invoice
	JOIN states billed ON billed.provider = invoice.provider AND billed.kind = 'invoice' AND billed.status = invoice.status
		AND (billed.state IN ('open', 'paid', 'refunded') OR billed.state = 'uncollectible' AND invoice.attempted IS NOT FALSE)
	LEFT JOIN invoice_items waited ON waited.tenant_id = line.tenant_id AND waited.provider = line.provider AND waited.account = line.account AND waited.id = line.invoice_item_id
	JOIN prices price ON price.tenant_id = line.tenant_id AND price.provider = line.provider AND price.account = line.account AND price.id = coalesce(line.price_id, waited.price_id)
		AND price.interval IS NOT NULL AND price.usage_type IS DISTINCT FROM 'metered'
	LEFT JOIN subscriptions subscription ON subscription.tenant_id = line.tenant_id AND subscription.provider = line.provider AND subscription.account = line.account AND subscription.id = line.subscription_id
	LEFT JOIN states known ON known.provider = line.provider AND known.kind = 'subscription' AND known.status = subscription.status
	LEFT JOIN subscription_items item ON item.tenant_id = line.tenant_id AND item.provider = line.provider AND item.account = line.account
		AND item.id = coalesce(line.subscription_item_id, waited.subscription_item_id)
	LEFT JOIN sync_accounts connected ON connected.tenant_id = line.tenant_id AND connected.provider = line.provider AND connected.account = line.account
	CROSS JOIN LATERAL (
		SELECT coalesce(line.proration, false) AND coalesce(line.period_end > line.period_start, false) AS prorated,
			-- If the subscription does not itemize them, the amount is net already, whatever the line says of discounts.
			NOT coalesce(line.proration, false) OR coalesce(line.discount_amount > 0, false)
				AND coalesce(subscription.raw #>> '{billing_mode,flexible,proration_discounts}' = 'itemized', false) AS discounted,
			coalesce(price.billing_scheme = 'tiered' OR price.tiers_mode IN ('volume', 'graduated'), false) AS tiered, lower(coalesce(line.currency, invoice.currency)) AS currency
	) part
	-- The price's amount in the currency of the line. An invoice item for a part has that of the part, and a package's is not a unit's.
	CROSS JOIN LATERAL (
		SELECT CASE WHEN lower(price.currency) IS DISTINCT FROM part.currency THEN (
			SELECT coalesce((said.option ->> 'unit_amount_decimal')::numeric, (said.option ->> 'unit_amount')::numeric) FROM (
				SELECT coalesce(price.currency_options -> part.currency, (SELECT options.currency_options -> part.currency FROM price_options options
					WHERE options.tenant_id = line.tenant_id AND options.provider = line.provider AND options.account = line.account AND options.id = price.id)) AS option
			) said
		) ELSE coalesce(price.unit_amount_decimal, price.unit_amount) END AS unit
	) listed
	CROSS JOIN LATERAL (
		SELECT coalesce(line.inclusive_tax_amount, CASE WHEN line.tax_amount > 0 THEN (
			SELECT sum((part ->> 'amount')::numeric) FROM jsonb_array_elements(
				CASE WHEN jsonb_typeof(line.raw -> 'taxes') = 'array' THEN line.raw -> 'taxes' WHEN jsonb_typeof(line.raw -> 'tax_amounts') = 'array' THEN line.raw -> 'tax_amounts' ELSE '[]' END) AS part
			WHERE part ->> 'tax_behavior' = 'inclusive' OR part ->> 'inclusive' = 'true') END, 0) AS inclusive
	) tax
	-- A line that a discount leaves nothing of has no tax. The item's nearest other line says what share of the price it is.
	LEFT JOIN LATERAL (
		SELECT (near.amount - coalesce(near.discount_amount, 0) - coalesce(near.inclusive_tax_amount, 0)) * 1.000000000000000000000000000000 / (near.amount - coalesce(near.discount_amount, 0)) AS share
		FROM invoice_lines near
		WHERE near.tenant_id = line.tenant_id AND near.provider = line.provider AND near.account = line.account AND near.subscription_id = line.subscription_id
			AND near.subscription_item_id = line.subscription_item_id AND near.deleted_at IS NULL AND near.amount > coalesce(near.discount_amount, 0)
			AND line.amount > 0 AND line.discount_amount >= line.amount AND price.tax_behavior IS DISTINCT FROM 'exclusive'
		ORDER BY near.period_start > line.period_start, abs(extract(epoch FROM near.period_start - line.period_start)), near.id LIMIT 1
	) taxed ON true
	LEFT JOIN LATERAL (
		SELECT coalesce(sum((part ->> 'amount')::numeric) FILTER (WHERE coupon.duration IS DISTINCT FROM 'once'), 0) AS recurring,
			jsonb_agg(jsonb_build_array(discount.ends_at, part -> 'amount')) FILTER (WHERE coupon.duration IS DISTINCT FROM 'once'
				AND discount.ends_at > line.period_start AND discount.ends_at < line.period_end) AS ends
		FROM jsonb_array_elements(CASE WHEN jsonb_typeof(line.raw -> 'discount_amounts') = 'array' THEN line.raw -> 'discount_amounts' ELSE '[]' END) AS part
		LEFT JOIN discounts discount ON discount.tenant_id = line.tenant_id AND discount.provider = line.provider AND discount.account = line.account
			AND discount.id = coalesce(part #>> '{discount,id}', part ->> 'discount')
		LEFT JOIN coupons coupon ON coupon.tenant_id = line.tenant_id AND coupon.provider = line.provider AND coupon.account = line.account AND coupon.id = discount.coupon_id
		WHERE line.discount_amount > 0
		HAVING count(*) > 0
	) discounted ON true
	WHERE line.period_start IS NOT NULL
		-- Its first invoice is not paid: it has not begun.
		AND coalesce(known.state NOT IN ('pending', 'never'), true)
), starts AS (
	-- Lines of one invoice that start together are one. Of two invoices the later counts, and a charge before a credit.
	SELECT DISTINCT ON (summed.item_id, summed.period_start) summed.*
	FROM (
		SELECT lines.item_id, lines.subscription_id, lines.period_start, lines.invoice_id, max(lines.billed_at) AS billed_at, bool_or(lines.charges) AS charges,
			bool_and(lines.livemode) AS livemode, min(lines.customer_id) AS customer_id, min(lines.currency) AS currency,
			(array_agg(lines.price_id ORDER BY lines.charges DESC, lines.gross_mrr DESC NULLS LAST, lines.id))[1] AS price_id,
			(array_agg(lines.quantity ORDER BY lines.charges DESC, lines.gross_mrr DESC NULLS LAST, lines.id))[1] AS quantity,
			round(coalesce(sum(lines.gross_mrr) FILTER (WHERE lines.charges), 0), 15) AS gross_mrr, round(coalesce(sum(lines.gross_mrr * lines.kept) FILTER (WHERE lines.charges), 0), 15) AS mrr,
			jsonb_agg(jsonb_build_array(lines.gross_mrr * 1.000000000000000000000000000000 / lines.amount, lines.ends)) FILTER (WHERE lines.charges AND lines.ends IS NOT NULL) AS ends,
			coalesce(bool_and(lines.listed_part) FILTER (WHERE lines.charges), false) AS listed_part, max(lines.period_end) AS period_end, max(lines.ended_at) AS ended_at, bool_or(lines.lasts) AS lasts
		FROM lines WHERE lines.item_id IS NOT NULL
		GROUP BY 1, 2, 3, 4
	) summed
	ORDER BY summed.item_id, summed.period_start, summed.charges DESC, summed.billed_at DESC NULLS LAST, summed.invoice_id DESC
), places AS (
	-- Whole lines before and after each start. They have the discounts that the line of a part does not name.
	SELECT starts.*, starts.charges AND starts.gross_mrr > 0 AND NOT starts.listed_part AS whole,
		count(*) FILTER (WHERE starts.charges AND starts.gross_mrr > 0 AND NOT starts.listed_part) OVER (PARTITION BY starts.item_id ORDER BY starts.period_start) AS wholes_before,
		count(*) FILTER (WHERE starts.charges AND starts.gross_mrr > 0 AND NOT starts.listed_part) OVER (PARTITION BY starts.item_id ORDER BY starts.period_start DESC) AS wholes_after
	FROM starts
), neighbours AS (
	SELECT places.*, first_value(CASE WHEN places.whole THEN places.mrr END) OVER before AS mrr_before, first_value(CASE WHEN places.whole THEN places.gross_mrr END) OVER before AS gross_before, first_value(places.ends) OVER before AS ends_before,
		first_value(CASE WHEN places.whole THEN places.mrr END) OVER after AS mrr_then, first_value(places.gross_mrr) OVER after AS gross_then, first_value(places.price_id) OVER after AS price_then
	FROM places
	WINDOW before AS (PARTITION BY places.item_id, places.wholes_before ORDER BY places.period_start), after AS (PARTITION BY places.item_id, places.wholes_after ORDER BY places.period_start DESC)
), segments AS (
	SELECT near.livemode, near.item_id, near.subscription_id, near.customer_id, near.currency, near.price_id, near.quantity, near.period_start, near.charges, near.ends, near.gross_mrr, CASE
			WHEN NOT near.listed_part OR near.mrr_before = near.gross_before THEN near.mrr
			WHEN EXISTS (SELECT FROM jsonb_array_elements(near.ends_before) AS line CROSS JOIN LATERAL jsonb_array_elements(line.value -> 1) AS discount
				WHERE (discount.value ->> 0)::timestamptz <= near.period_start) THEN near.mrr
			WHEN near.mrr_then IS NOT NULL AND near.gross_then = near.gross_mrr AND near.price_then = near.price_id THEN near.mrr_then
			ELSE coalesce(round(near.gross_mrr * (near.mrr_before * 1.000000000000000000000000000000 / near.gross_before), 15), near.mrr) END AS mrr,
		CASE
			WHEN lead(near.period_start) OVER items IS NULL AND near.lasts AND near.charges THEN NULL
			ELSE least(lead(near.period_start) OVER items, near.period_end, near.ended_at) END AS valid_to
	FROM neighbours near
	WINDOW items AS (PARTITION BY near.item_id ORDER BY near.period_start)
), counted AS (
	SELECT * FROM segments WHERE charges AND coalesce(valid_to > period_start, true)
), pieces AS (
	-- A discount that ends within a period ends then.
	SELECT piece.livemode, piece.subscription_id, piece.item_id, piece.customer_id, piece.currency, piece.price_id, piece.quantity, piece.gross_mrr, piece.mrr, piece.period_start,
		least(piece.valid_to, lead(piece.period_start) OVER (PARTITION BY piece.item_id ORDER BY piece.period_start)) AS valid_to
	FROM (
		SELECT livemode, subscription_id, item_id, customer_id, currency, price_id, quantity, gross_mrr, mrr, period_start, valid_to FROM counted
		UNION ALL
		SELECT livemode, subscription_id, item_id, customer_id, currency, price_id, quantity, gross_mrr, round(mrr + sum(ended.amount) OVER (PARTITION BY counted.item_id, counted.period_start ORDER BY ended.at), 15), ended.at, valid_to
		FROM counted
		CROSS JOIN LATERAL (
			SELECT (discount.value ->> 0)::timestamptz AS at, sum((line.value ->> 0)::numeric * (discount.value ->> 1)::numeric) AS amount
			FROM jsonb_array_elements(counted.ends) AS line
			CROSS JOIN LATERAL jsonb_array_elements(line.value -> 1) AS discount
			GROUP BY 1
		) ended
		WHERE counted.ends IS NOT NULL AND coalesce(ended.at < counted.valid_to, true)
	) piece
), steps AS (
	SELECT pieces.*, lag(pieces.valid_to) OVER items IS DISTINCT FROM pieces.period_start
		OR (lag(pieces.price_id) OVER items, lag(pieces.mrr) OVER items, lag(pieces.gross_mrr) OVER items) IS DISTINCT FROM (pieces.price_id, pieces.mrr, pieces.gross_mrr) AS begins
	FROM pieces
	WINDOW items AS (PARTITION BY pieces.item_id ORDER BY pieces.period_start)
), islands AS (
	SELECT steps.*, count(*) FILTER (WHERE steps.begins) OVER (PARTITION BY steps.item_id ORDER BY steps.period_start) AS island FROM steps
)
SELECT bool_and(livemode), min(subscription_id), item_id, min(customer_id), min(currency), min(price_id), (array_agg(quantity ORDER BY period_start))[1], min(gross_mrr), min(mrr),
	min(period_start), (array_agg(valid_to ORDER BY period_start DESC))[1]
FROM islands
GROUP BY item_id, island;
END;
