-- A plan of PayPal that the subscription changes has no known price. What a merchant pays with PayPal is no negative charge.
-- Otherwise the views are as before.
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
CREATE OR REPLACE VIEW %1$I.item_prices WITH (security_invoker = true) AS
SELECT item.tenant_id, item.provider, item.account, coalesce(subscription.livemode, connected.mode = 'live') AS livemode,
	item.id AS item_id, subscription.id AS subscription_id, subscription.customer_id, item.price_id,
	coalesce(item.product_id, price.product_id) AS product_id, item.quantity,
	coalesce(price.interval, lower(subscription.metadata #>> '{billingPolicy,interval}')) AS interval,
	coalesce(price.interval_count, (subscription.metadata #>> '{billingPolicy,intervalCount}')::bigint, 1) AS interval_count,
	CASE
		WHEN known.state IN ('trialing', 'active', 'past_due') AND subscription.pause_behavior IS NOT NULL THEN 'paused'
		WHEN known.state = 'active' AND trial.ends_at > now() THEN 'trialing'
		ELSE known.state
	END AS state,
	coalesce(subscription.cancel_at_period_end, false) OR subscription.cancel_at IS NOT NULL OR subscription.canceled_at IS NOT NULL AS canceling,
	price.usage_type IS NOT DISTINCT FROM 'metered' AS metered,
	charged.currency,
	CASE
		WHEN price.usage_type = 'metered' THEN NULL
		-- The subscription changes its plan, and PayPal's list does not say in what.
		WHEN item.provider = 'paypal' AND subscription.raw @> '{"plan_overridden": true}' THEN NULL
		WHEN item.unit_amount IS NOT NULL THEN item.unit_amount * charged.units
		WHEN charged.currency IS DISTINCT FROM lower(price.currency) THEN
			coalesce((charged.option ->> 'unit_amount_decimal')::numeric, (charged.option ->> 'unit_amount')::numeric) * charged.packages
		WHEN charged.tiered THEN tiers.amount
		ELSE coalesce(price.unit_amount_decimal, price.unit_amount) * charged.packages
	END AS amount,
	item.discount_ids AS item_discount_ids, subscription.discount_ids, subscription.coupon_id, price.tax_behavior,
	subscription.start_date, trial.ends_at AS trial_end,
	-- Of a provider that names only the day of the cancellation, the subscription ended then.
	coalesce(subscription.ended_at, CASE WHEN known.state IN ('canceled', 'ended') THEN subscription.canceled_at END) AS ended_at, item.created_at,
	greatest(item.observed_at, subscription.observed_at) AS observed_at
FROM subscription_items item
JOIN subscriptions subscription ON subscription.tenant_id = item.tenant_id AND subscription.provider = item.provider
	AND subscription.account = item.account AND subscription.id = item.subscription_id AND subscription.deleted_at IS NULL
LEFT JOIN sync_accounts connected ON connected.tenant_id = item.tenant_id AND connected.provider = item.provider AND connected.account = item.account
LEFT JOIN states known ON known.provider = item.provider AND known.kind = 'subscription' AND known.status = subscription.status
LEFT JOIN prices price ON price.tenant_id = item.tenant_id AND price.provider = item.provider AND price.account = item.account AND price.id = item.price_id
LEFT JOIN price_options options ON options.tenant_id = item.tenant_id AND options.provider = item.provider AND options.account = item.account AND options.id = item.price_id
-- Of a provider without a word for trials, the price says how long a trial is.
CROSS JOIN LATERAL (
	SELECT coalesce(subscription.trial_end, CASE WHEN price.trial_period_days > 0
		AND NOT EXISTS (SELECT FROM states word WHERE word.provider = item.provider AND word.kind = 'subscription' AND word.state = 'trialing')
		THEN subscription.start_date + make_interval(hours => 24 * price.trial_period_days::int) END) AS ends_at
) trial
CROSS JOIN LATERAL (
	SELECT lower(CASE WHEN item.unit_amount IS NULL THEN coalesce(subscription.currency, price.currency)
		ELSE coalesce(item.currency, subscription.currency, price.currency) END) AS currency,
		coalesce(item.quantity, 1)::numeric AS units,
		coalesce(price.billing_scheme = 'tiered', false) OR coalesce(lower(price.tiers_mode) IN ('volume', 'graduated'), false) AS tiered
) amounts
CROSS JOIN LATERAL (
	SELECT amounts.currency, amounts.units, amounts.tiered,
		CASE WHEN price.divide_by > 1 THEN
			CASE coalesce(price.round, price.raw #>> '{transform_quantity,round}') WHEN 'down' THEN floor(amounts.units / price.divide_by) ELSE ceil(amounts.units / price.divide_by) END
		ELSE amounts.units END AS packages,
		CASE WHEN amounts.currency IS DISTINCT FROM lower(price.currency)
			THEN coalesce(price.currency_options -> amounts.currency, options.currency_options -> amounts.currency) END AS option
) charged
LEFT JOIN LATERAL (
	SELECT CASE WHEN count(*) > 0 THEN CASE lower(price.tiers_mode)
		WHEN 'volume' THEN (array_agg(tier.unit * charged.units + tier.flat ORDER BY tier.place) FILTER (WHERE tier.ends IS NULL OR charged.units <= tier.ends))[1]
		ELSE coalesce(sum((least(charged.units, coalesce(tier.ends, charged.units)) - tier.begins) * tier.unit + tier.flat) FILTER (WHERE charged.units > tier.begins OR tier.place = 1), 0)
	END END AS amount
	FROM (
		SELECT up_to AS ends, coalesce(lag(up_to) OVER places, 0) AS begins, row_number() OVER places AS place,
			coalesce(unit_amount_decimal, unit_amount, 0) AS unit, coalesce(flat_amount_decimal, flat_amount, 0) AS flat
		FROM (
			SELECT up_to, position, unit_amount_decimal, unit_amount, flat_amount_decimal, flat_amount, dense_rank() OVER (ORDER BY deleted_at DESC NULLS FIRST) AS latest
			FROM price_tiers
			WHERE tenant_id = item.tenant_id AND provider = item.provider AND account = item.account AND price_id = item.price_id AND charged.tiered
		) row
		WHERE latest = 1
		WINDOW places AS (ORDER BY up_to NULLS LAST, position)
	) tier
) tiers ON true
WHERE item.deleted_at IS NULL
$view$, place);
	EXECUTE format($view$
CREATE OR REPLACE VIEW %1$I.net_revenue WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, to_char(month, 'YYYY-MM') AS month,
	sum(charged)::bigint AS charged, sum(refunded)::bigint AS refunded, sum(disputed)::bigint AS disputed, sum(fees)::bigint AS fees,
	(sum(charged) - sum(refunded) - sum(disputed) - sum(fees))::bigint AS net
FROM (
	-- A movement without a known source has the mode of the account's other movements, if they agree.
	SELECT tenant_id, provider, account, currency, month, charged, refunded, disputed, fees,
		coalesce(livemode, CASE WHEN min(livemode::int) OVER accounts = max(livemode::int) OVER accounts THEN (min(livemode::int) OVER accounts)::boolean END) AS livemode
	FROM (
		SELECT tenant_id, provider, account, livemode, currency, date_trunc('month', created_at AT TIME ZONE revenue_zone()) AS month,
			coalesce(sum(amount) FILTER (WHERE state = 'charged'), 0) AS charged, - coalesce(sum(amount) FILTER (WHERE state = 'refunded'), 0) AS refunded,
			- coalesce(sum(amount) FILTER (WHERE state = 'disputed'), 0) AS disputed,
			coalesce(sum(fee), 0) - coalesce(sum(amount) FILTER (WHERE state = 'fees'), 0) AS fees
		FROM (
			SELECT movement.tenant_id, movement.provider, movement.account, movement.currency, movement.created_at, movement.amount, movement.fee, movement.status,
				coalesce(word.state, known.state) AS state,
				coalesce(movement.livemode, connected.mode = 'live',
					(SELECT source.livemode FROM payments source WHERE source.tenant_id = movement.tenant_id AND source.provider = movement.provider AND source.account = movement.account AND source.id = movement.source_id),
					(SELECT coalesce(source.livemode, payment.livemode) FROM refunds source LEFT JOIN payments payment ON payment.tenant_id = source.tenant_id AND payment.provider = source.provider AND payment.account = source.account AND payment.id = source.payment_id
						WHERE source.tenant_id = movement.tenant_id AND source.provider = movement.provider AND source.account = movement.account AND source.id = movement.source_id),
					(SELECT source.livemode FROM disputes source WHERE source.tenant_id = movement.tenant_id AND source.provider = movement.provider AND source.account = movement.account AND source.id = movement.source_id)
				) AS livemode
			FROM balance_transactions movement
			LEFT JOIN sync_accounts connected ON connected.tenant_id = movement.tenant_id AND connected.provider = movement.provider AND connected.account = movement.account
			-- A type that refines the reporting category decides where it has a state.
			LEFT JOIN states word ON word.provider = movement.provider AND word.kind = 'balance' AND word.status = movement.type
				AND (starts_with(movement.type, coalesce(movement.reporting_category, '')) OR movement.reporting_category LIKE '%%ADJUSTMENT%%')
			LEFT JOIN states known ON known.provider = movement.provider AND known.kind = 'balance' AND known.status = coalesce(movement.reporting_category, left(movement.type, 3))
		) movement
		-- PayPal's ledger has lines that move no money: pending and denied ones.
		WHERE state IS NOT NULL AND NOT (provider = 'paypal' AND coalesce(status IN ('P', 'D'), false))
			-- What the merchant pays with PayPal is no charge of a customer that comes back.
			AND NOT (provider = 'paypal' AND state = 'charged' AND amount < 0)
		GROUP BY 1, 2, 3, 4, 5, 6
	) month
	WINDOW accounts AS (PARTITION BY tenant_id, provider, account)
) month
GROUP BY tenant_id, provider, account, livemode, currency, month
$view$, place);
END $$;
