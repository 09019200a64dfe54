-- A plan of PayPal that contains tax counts without it. A phase of Square counts while it runs. The discounts of a contract of
-- Shopify lower its MRR. What belongs to one provider is looked up for its items alone. Otherwise the view is as before.
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
CREATE OR REPLACE VIEW %1$I.item_revenue WITH (security_invoker = true) AS
SELECT item.tenant_id, item.provider, item.account, item.livemode, item.currency, item.item_id, item.subscription_id, item.customer_id,
	item.price_id, item.product_id, item.quantity, item.interval, item.interval_count, item.state,
	item.canceling AND coalesce(item.state IN ('trialing', 'active', 'past_due', 'paused', 'unpaid'), false) AS canceling, item.metered, item.amount,
	monthly_amount(item.amount * taxed.share, item.interval, item.interval_count) AS gross_mrr,
	monthly_amount(coalesce(now_off.forever[item.n], given.forever, item.amount * 0) * taxed.share, item.interval, item.interval_count) AS forever_discount,
	coalesce(monthly_amount(item.amount, item.interval, item.interval_count) - phased.mrr,
		monthly_amount(coalesce(now_off.repeating[item.n], given.repeating, item.amount * 0) * taxed.share, item.interval, item.interval_count)) AS repeating_discount,
	monthly_amount(coalesce(now_off.once[item.n], given.once, item.amount * 0) * taxed.share, item.interval, item.interval_count) AS once_discount,
	coalesce(phased.mrr, monthly_amount((item.amount - coalesce(now_off.forever[item.n] + now_off.repeating[item.n], given.forever + given.repeating, 0)) * taxed.share, item.interval, item.interval_count)) AS mrr,
	coalesce(phased.ends, item.ends) AS ends, coalesce(phased.mrrs, later.mrrs) AS mrrs_then, monthly_amount(1, item.interval, item.interval_count) AS least_mrr,
	item.start_date, item.trial_end, item.ended_at, item.created_at, item.observed_at
FROM %1$I.item_discounts item
LEFT JOIN LATERAL discounted_amounts(item.amounts, item.products, item.discounts, now()) now_off ON item.discounts IS NOT NULL
-- A tax that the price contains is no revenue. The latest line of the item says what share of the price it is.
LEFT JOIN LATERAL (
	SELECT line.base, line.tax
	FROM (
		SELECT FROM invoice_lines line
		WHERE line.tenant_id = item.tenant_id AND line.subscription_id = item.subscription_id AND line.inclusive_tax_amount > 0
			AND line.provider = item.provider AND line.account = item.account AND item.tax_behavior IS DISTINCT FROM 'exclusive' LIMIT 1
	) taxable
	CROSS JOIN LATERAL (
		SELECT line.amount - coalesce(line.discount_amount, 0) AS base, coalesce(line.inclusive_tax_amount, 0) AS tax
		FROM invoice_lines line
		WHERE line.tenant_id = item.tenant_id AND line.subscription_id = item.subscription_id AND line.provider = item.provider AND line.account = item.account
			AND line.subscription_item_id = item.item_id AND line.deleted_at IS NULL AND line.amount > coalesce(line.discount_amount, 0)
		ORDER BY line.period_start DESC NULLS LAST, line.id DESC LIMIT 1
	) line
) latest ON true
CROSS JOIN LATERAL (SELECT CASE WHEN latest.tax > 0 THEN (latest.base - latest.tax) * 1.000000000000000000000000000000 / latest.base
	-- A plan of PayPal says what part of its price is tax. The price contains it unless the plan says that it does not.
	WHEN item.provider = 'paypal' THEN coalesce((
		SELECT 100.000000000000000000000000000000 / (100 + (price.raw #>> '{taxes,percentage}')::numeric) FROM prices price
		WHERE price.tenant_id = item.tenant_id AND price.provider = item.provider AND price.account = item.account AND price.id = item.price_id
			AND price.raw #>> '{taxes,percentage}' ~ '^\d+(\.\d+)?$' AND coalesce(price.raw #>> '{taxes,inclusive}', 'true') = 'true'), 1)
	ELSE 1 END AS share) taxed
LEFT JOIN LATERAL (
	SELECT array_agg(monthly_amount((item.amount - coalesce(off.forever[item.n] + off.repeating[item.n], 0)) * taxed.share, item.interval, item.interval_count) ORDER BY moment) AS mrrs
	FROM unnest(item.ends) AS moment
	CROSS JOIN LATERAL discounted_amounts(item.amounts, item.products, item.discounts, moment) off
) later ON item.ends IS NOT NULL
-- A variation of Square may begin with phases of other prices. They are known from the beginning, as a discount for some months is.
-- The free ones at first are a trial. A price of the subscription's own replaces them all.
LEFT JOIN LATERAL (
	SELECT array_agg(phase.ends ORDER BY phase.ends) AS ends, array_agg(phase.next_mrr ORDER BY phase.ends) AS mrrs, (array_agg(phase.mrr ORDER BY phase.ends))[1] AS mrr
	FROM (
		SELECT paid.mrr, lead(paid.mrr) OVER (ORDER BY paid.place) AS next_mrr, CASE WHEN paid.place < paid.last_place THEN
			(coalesce(item.trial_end, item.start_date) AT TIME ZONE 'UTC' + sum(paid.lasts) OVER (ORDER BY paid.place)) AT TIME ZONE 'UTC' END AS ends
		FROM (
			SELECT listed.place, max(listed.place) OVER () AS last_place, monthly_amount(listed.price * coalesce(item.quantity, 1), cadence.unit, cadence.units) AS mrr,
				listed.periods * cadence.units * ('1 ' || cadence.unit)::interval AS lasts,
				sum(listed.price) OVER (ORDER BY listed.place) AS paid_so_far
			FROM prices price
			JOIN subscription_items own ON own.tenant_id = item.tenant_id AND own.provider = item.provider AND own.account = item.account AND own.id = item.item_id AND own.unit_amount IS NULL
			CROSS JOIN LATERAL (
				SELECT place, phase ->> 'cadence' AS cadence, coalesce((phase ->> 'periods')::int, 1) AS periods,
					coalesce(phase #>> '{pricing,price,amount}', phase #>> '{pricing,price_money,amount}', phase #>> '{recurring_price_money,amount}')::numeric AS price
				FROM jsonb_array_elements(CASE jsonb_typeof(price.raw #> '{subscription_plan_variation_data,phases}') WHEN 'array' THEN price.raw #> '{subscription_plan_variation_data,phases}' ELSE '[]' END)
					WITH ORDINALITY AS phases(phase, place)
			) listed
			JOIN (VALUES ('DAILY', 'day', 1), ('WEEKLY', 'week', 1), ('EVERY_TWO_WEEKS', 'week', 2), ('THIRTY_DAYS', 'day', 30), ('SIXTY_DAYS', 'day', 60), ('NINETY_DAYS', 'day', 90),
				('MONTHLY', 'month', 1), ('EVERY_TWO_MONTHS', 'month', 2), ('QUARTERLY', 'month', 3), ('EVERY_FOUR_MONTHS', 'month', 4), ('EVERY_SIX_MONTHS', 'month', 6),
				('ANNUAL', 'year', 1), ('EVERY_TWO_YEARS', 'year', 2)) AS cadence(word, unit, units) ON cadence.word = listed.cadence
			WHERE item.provider = 'square' AND price.tenant_id = item.tenant_id AND price.provider = item.provider AND price.account = item.account AND price.id = item.price_id
		) paid
		WHERE paid.paid_so_far > 0
	) phase
	WHERE phase.ends > now()
) phased ON item.provider = 'square' AND item.amount IS NOT NULL
-- A line of Shopify's contracts says what its discounts take off, in decimals as its price. A discount with a limit of orders ends when they were made.
LEFT JOIN LATERAL (
	SELECT coalesce(sum(allocation.taken) FILTER (WHERE allocation.cycles IS NULL), 0) AS forever,
		coalesce(sum(allocation.taken) FILTER (WHERE allocation.cycles > 1 AND allocation.used < allocation.cycles), 0) AS repeating,
		coalesce(sum(allocation.taken) FILTER (WHERE allocation.cycles = 1 AND allocation.used < allocation.cycles), 0) AS once
	FROM (
		SELECT (listed ->> 'taken')::numeric * own.unit_amount / nullif((own.raw #>> '{currentPrice,amount}')::numeric, 0) AS taken,
			(listed ->> 'cycles')::int AS cycles, coalesce((listed ->> 'used')::int, 0) AS used
		FROM subscription_items own
		CROSS JOIN LATERAL (
			SELECT jsonb_build_object('taken', entry #>> '{amount,amount}', 'cycles', entry #>> '{discount,recurringCycleLimit}', 'used', entry #>> '{discount,usageCount}') AS listed
			FROM jsonb_array_elements(CASE jsonb_typeof(own.raw -> 'discountAllocations') WHEN 'array' THEN own.raw -> 'discountAllocations' ELSE '[]' END) AS entry
			-- That of a code says no limit: it takes nothing off, as it is not known.
			WHERE entry -> 'discount' ? 'recurringCycleLimit'
		) listed
		WHERE item.provider = 'shopify' AND own.tenant_id = item.tenant_id AND own.provider = item.provider AND own.account = item.account AND own.id = item.item_id
	) allocation
) given ON item.provider = 'shopify'
$view$, place);
END $$;
