-- The figures of the business, computed from the tables. Schema metrics has the views for people; what they share is beside the tables.
CREATE FUNCTION revenue_zone() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('app.time_zone', true), ''), 'UTC');--> statement-breakpoint
CREATE FUNCTION revenue_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
RETURN (now() AT TIME ZONE revenue_zone())::date;--> statement-breakpoint
-- Rounds a sum once, half away from zero. Sums of thirds and twelfths are exact to ten digits.
CREATE FUNCTION minor_units(amount numeric) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN round(round(amount, 10))::bigint;--> statement-breakpoint
-- The monthly part of what is paid for some intervals. A year is 12 months, 52 weeks or 365 days. The division comes last.
CREATE FUNCTION monthly_amount(amount numeric, unit text, units bigint) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE unit
	WHEN 'month' THEN amount * 1.00000000000000000000 / nullif(units, 0)
	WHEN 'year' THEN amount * 1.00000000000000000000 / nullif(12 * units, 0)
	WHEN 'week' THEN amount * 52.00000000000000000000 / nullif(12 * units, 0)
	WHEN 'day' THEN amount * 365.00000000000000000000 / nullif(12 * units, 0)
END;--> statement-breakpoint
-- What the discounts of a subscription take off each of its items, of what one interval costs. An item's own discounts come
-- first, then the subscription's, and the customer's where there is neither. A discount that is used once comes last.
CREATE FUNCTION discounted_amounts(amounts numeric[], products text[], discounts jsonb, moment timestamptz,
	OUT forever numeric[], OUT repeating numeric[], OUT once numeric[]) LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	items int := coalesce(array_length(amounts, 1), 0);
	rest numeric[] := amounts;
	running jsonb;
	of_subscription boolean;
	of_item int[];
	discount jsonb;
	taken numeric;
	total numeric;
	left_off numeric;
	part numeric;
	chosen int[];
BEGIN
	forever := array_fill(0::numeric, ARRAY[items]);
	repeating := forever;
	once := forever;
	SELECT coalesce(jsonb_agg(value ORDER BY place), '[]'), coalesce(bool_or(value ->> 'level' = '2'), false),
		coalesce(array_agg((value ->> 'item')::int) FILTER (WHERE value ->> 'level' = '1'), '{}')
	INTO running, of_subscription, of_item
	FROM jsonb_array_elements(discounts) WITH ORDINALITY AS listed(value, place)
	WHERE coalesce((value ->> 'starts')::timestamptz <= moment, true) AND coalesce((value ->> 'ends')::timestamptz > moment, true);
	FOR discount IN
		SELECT value FROM jsonb_array_elements(running) WITH ORDINALITY AS listed(value, place)
		WHERE NOT (value ->> 'level' = '3' AND of_subscription)
		ORDER BY value ->> 'duration' = 'once', place
	LOOP
		SELECT coalesce(array_agg(item ORDER BY item), '{}'), coalesce(sum(rest[item]), 0) INTO chosen, total
		FROM generate_series(1, items) AS item
		WHERE rest[item] > 0 AND coalesce((discount ->> 'item')::int = item, true)
			AND NOT (discount ->> 'level' = '3' AND item = ANY (of_item))
			AND (jsonb_typeof(discount -> 'products') IS DISTINCT FROM 'array' OR discount -> 'products' = '[]' OR discount -> 'products' ? products[item]);
		CONTINUE WHEN total <= 0;
		-- Null if its coupon is not known, or has no amount in this currency: least() would leave the null out, and take all.
		taken := CASE WHEN discount ->> 'percent' IS NOT NULL THEN total * (discount ->> 'percent')::numeric / 100
			WHEN discount ->> 'amount' IS NOT NULL THEN least((discount ->> 'amount')::numeric, total) END;
		CONTINUE WHEN taken IS NULL;
		left_off := taken;
		FOR at IN 1 .. array_length(chosen, 1) LOOP
			-- The last item takes the rest, so that the parts are the whole.
			part := CASE
				WHEN discount ->> 'percent' IS NOT NULL THEN rest[chosen[at]] * (discount ->> 'percent')::numeric / 100
				WHEN at = array_length(chosen, 1) THEN left_off
				ELSE taken * rest[chosen[at]] * 1.00000000000000000000 / total
			END;
			left_off := left_off - part;
			rest[chosen[at]] := rest[chosen[at]] - part;
			CASE discount ->> 'duration'
				WHEN 'once' THEN once[chosen[at]] := once[chosen[at]] + part;
				WHEN 'repeating' THEN repeating[chosen[at]] := repeating[chosen[at]] + part;
				ELSE forever[chosen[at]] := forever[chosen[at]] + part;
			END CASE;
		END LOOP;
	END LOOP;
END $$;--> statement-breakpoint
-- The MRR of customers by day, out of the history of their items. All changes of one day are one.
CREATE FUNCTION mrr_days(zone text, chosen text[]) RETURNS TABLE (tenant_id uuid, provider text, account text, livemode boolean, customer_id text, currency text,
	day date, mrr_before numeric, mrr_after numeric, kind text, month_opening numeric, first_day date, next_day date) LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT moved.tenant_id, moved.provider, moved.account, moved.livemode, moved.customer_id, moved.currency, moved.day,
	moved.mrr_after - moved.change, moved.mrr_after,
	CASE WHEN moved.mrr_after = moved.change THEN CASE WHEN moved.day = moved.first_day THEN 'new' ELSE 'reactivation' END
		WHEN moved.mrr_after = 0 THEN 'churn' WHEN moved.change > 0 THEN 'expansion' ELSE 'contraction' END,
	first_value(moved.mrr_after - moved.change) OVER (PARTITION BY moved.tenant_id, moved.provider, moved.account, moved.livemode, moved.customer_id, moved.currency, date_trunc('month', moved.day::timestamp) ORDER BY moved.day),
	moved.first_day,
	lead(moved.day) OVER (PARTITION BY moved.tenant_id, moved.provider, moved.account, moved.livemode, moved.customer_id, moved.currency ORDER BY moved.day)
FROM (
	SELECT summed.*, min(summed.day) FILTER (WHERE summed.mrr_after > 0) OVER (PARTITION BY summed.tenant_id, summed.provider, summed.account, summed.livemode, summed.customer_id, summed.currency) AS first_day
	FROM (
		SELECT net.*, sum(net.change) OVER (PARTITION BY net.tenant_id, net.provider, net.account, net.livemode, net.customer_id, net.currency ORDER BY net.day) AS mrr_after
		FROM (
			SELECT history.tenant_id, history.provider, history.account, history.livemode,
				coalesce(history.customer_id, history.subscription_id, history.item_id) AS customer_id, history.currency,
				(point.at AT TIME ZONE zone)::date AS day, sum(point.change) AS change
			FROM mrr_history history
			CROSS JOIN LATERAL (VALUES (history.valid_from, history.mrr), (history.valid_to, - history.mrr)) AS point(at, change)
			WHERE history.state IN ('active', 'past_due') AND history.mrr > 0 AND history.currency IS NOT NULL AND point.at IS NOT NULL
				AND (chosen IS NULL OR history.customer_id = ANY (chosen)
					OR history.customer_id IS NULL AND coalesce(history.subscription_id, history.item_id) = ANY (chosen))
			GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(point.change) <> 0
		) net
	) summed
) moved;
END;--> statement-breakpoint
-- Each write to mrr_history computes the days of its customers again.
CREATE FUNCTION keep_mrr_changes() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	tenants uuid[];
	chosen text[];
BEGIN
	IF TG_OP = 'UPDATE' THEN
		-- A row that moves to another customer changes both.
		SELECT array_agg(DISTINCT tenant_id), array_agg(DISTINCT coalesce(customer_id, subscription_id, item_id)) INTO tenants, chosen
		FROM (TABLE before UNION ALL TABLE touched) AS either;
	ELSE
		SELECT array_agg(DISTINCT tenant_id), array_agg(DISTINCT coalesce(customer_id, subscription_id, item_id)) INTO tenants, chosen FROM touched;
	END IF;
	IF tenants IS NULL THEN
		RETURN NULL;
	END IF;
	DELETE FROM mrr_changes WHERE tenant_id = ANY (tenants) AND customer_id = ANY (chosen);
	INSERT INTO mrr_changes (tenant_id, provider, account, livemode, customer_id, currency, day, mrr_before, mrr_after, kind, month_opening, first_day, next_day)
	SELECT * FROM mrr_days('UTC', chosen) AS days WHERE days.tenant_id = ANY (tenants);
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER keep_mrr_changes_of_inserts AFTER INSERT ON mrr_history REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION keep_mrr_changes();--> statement-breakpoint
CREATE TRIGGER keep_mrr_changes_of_deletes AFTER DELETE ON mrr_history REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION keep_mrr_changes();--> statement-breakpoint
CREATE TRIGGER keep_mrr_changes_of_updates AFTER UPDATE ON mrr_history REFERENCING OLD TABLE AS before NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION keep_mrr_changes();--> statement-breakpoint
-- Only an erasure removes rows of customers and subscriptions. Their history goes with them. A computation that runs meanwhile ends first.
CREATE FUNCTION forget_mrr_history() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM gone) THEN
		RETURN NULL;
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('mrr_history ' || tenant_id, 0)) FROM (SELECT DISTINCT tenant_id FROM gone ORDER BY 1) AS tenants;
	IF TG_TABLE_NAME = 'customers' THEN
		DELETE FROM mrr_history USING gone
		WHERE mrr_history.tenant_id = gone.tenant_id AND mrr_history.provider = gone.provider AND mrr_history.account = gone.account AND mrr_history.customer_id = gone.id;
	ELSE
		DELETE FROM mrr_history USING gone
		WHERE mrr_history.tenant_id = gone.tenant_id AND mrr_history.provider = gone.provider AND mrr_history.account = gone.account AND mrr_history.subscription_id = gone.id;
	END IF;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER forget_mrr_history AFTER DELETE ON customers REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_mrr_history();--> statement-breakpoint
CREATE TRIGGER forget_mrr_history AFTER DELETE ON subscriptions REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_mrr_history();--> statement-breakpoint
-- The views are in schema metrics. Another schema's views there, or a login that may not create schemas, send them elsewhere.
DO $$
DECLARE
	tables name := current_schema();
	place text := 'metrics';
BEGIN
	PERFORM set_config('billing_sync.search_path', current_setting('search_path'), true);
	IF to_regclass('metrics.item_mrr') IS NOT NULL THEN
		place := tables || '_metrics';
	END IF;
	BEGIN
		IF to_regnamespace(quote_ident(place)) IS NULL THEN
			EXECUTE format('CREATE SCHEMA %I', place);
		END IF;
		EXECUTE format('GRANT USAGE ON SCHEMA %I TO billing_sync_worker, billing_sync_reader', place);
	EXCEPTION
		WHEN insufficient_privilege THEN
			-- It is there, for the list of migrations, and is the owner's.
			place := 'billing_sync';
			EXECUTE format('GRANT USAGE ON SCHEMA %I TO billing_sync_worker, billing_sync_reader', place);
	END;
	PERFORM set_config('search_path', format('%I, %I', place, tables), true);
END $$;--> statement-breakpoint
-- Items of subscriptions with what one interval costs.
CREATE VIEW item_prices WITH (security_invoker = true) AS
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
		ELSE coalesce(sum((least(charged.units, coalesce(tier.ends, charged.units)) - tier.begins) * tier.unit + tier.flat) FILTER (WHERE charged.units > tier.begins), 0)
	END END AS amount
	FROM (
		SELECT up_to AS ends, coalesce(lag(up_to) OVER places, 0) AS begins, row_number() OVER places AS place,
			coalesce(unit_amount_decimal, unit_amount, 0) AS unit, coalesce(flat_amount_decimal, flat_amount, 0) AS flat
		FROM price_tiers
		WHERE tenant_id = item.tenant_id AND provider = item.provider AND account = item.account AND price_id = item.price_id AND deleted_at IS NULL AND charged.tiered
		WINDOW places AS (ORDER BY up_to NULLS LAST, position)
	) tier
) tiers ON true
WHERE item.deleted_at IS NULL;--> statement-breakpoint
-- The same with the discounts that run now, and the times at which they end.
CREATE VIEW item_discounts WITH (security_invoker = true) AS
SELECT item.*, listed.discounts, listed.ends
FROM (
	SELECT *, row_number() OVER items AS n, array_agg(amount) OVER items AS amounts, array_agg(product_id) OVER items AS products,
		array_agg(item_id) OVER items AS item_ids, array_agg(item_discount_ids) OVER items AS own_discount_ids
	FROM item_prices
	WINDOW items AS (PARTITION BY tenant_id, provider, account, subscription_id ORDER BY item_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
) item
LEFT JOIN LATERAL (
	SELECT jsonb_agg(jsonb_build_object('level', given.level, 'item', given.item, 'duration', coalesce(coupon.duration, inside.coupon ->> 'duration'),
			'percent', coalesce(coupon.percent_off, (inside.coupon ->> 'percent_off')::numeric),
			'amount', CASE
				WHEN coalesce(lower(coalesce(coupon.currency, inside.coupon ->> 'currency')), item.currency) = item.currency
					THEN coalesce(coupon.amount_off, (inside.coupon ->> 'amount_off')::numeric)
				ELSE (options.currency_options -> item.currency ->> 'amount_off')::numeric END,
			'products', coalesce(CASE jsonb_typeof(coupon.applies_to) WHEN 'object' THEN coupon.applies_to -> 'products' ELSE coupon.applies_to END, options.applies_to, inside.coupon #> '{applies_to,products}'),
			'starts', discount.starts_at, 'ends', discount.ends_at) ORDER BY given.level, given.item, given.place) AS discounts,
		array_agg(DISTINCT discount.ends_at ORDER BY discount.ends_at) FILTER (WHERE discount.ends_at > now() AND coalesce(coupon.duration, inside.coupon ->> 'duration') IS DISTINCT FROM 'once') AS ends
	FROM (
		SELECT 1 AS level, own.n::int AS item, listed.place, listed.id AS discount_id, NULL::text AS coupon_id, NULL::jsonb AS inline
		FROM unnest(item.own_discount_ids) WITH ORDINALITY AS own(ids, n)
		CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(own.ids) = 'array' THEN own.ids ELSE '[]' END) WITH ORDINALITY AS listed(id, place)
		UNION ALL
		SELECT 1, array_position(item.item_ids, row.subscription_item_id), row_number() OVER (ORDER BY row.starts_at, row.id), row.id, NULL, NULL
		FROM discounts row
		WHERE row.tenant_id = item.tenant_id AND row.provider = item.provider AND row.account = item.account
			AND row.subscription_id = item.subscription_id AND row.subscription_item_id = ANY (item.item_ids)
			AND item.own_discount_ids[array_position(item.item_ids, row.subscription_item_id)] IS NULL
		UNION ALL
		SELECT 2, NULL, listed.place, listed.id, NULL, NULL
		FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(item.discount_ids) = 'array' THEN item.discount_ids ELSE '[]' END) WITH ORDINALITY AS listed(id, place)
		UNION ALL
		SELECT 2, NULL, row_number() OVER (ORDER BY row.starts_at, row.id), row.id, NULL, NULL
		FROM discounts row
		WHERE row.tenant_id = item.tenant_id AND row.provider = item.provider AND row.account = item.account
			AND row.subscription_id = item.subscription_id AND row.subscription_item_id IS NULL AND item.discount_ids IS NULL
		UNION ALL
		-- The discount is not known, its coupon is.
		SELECT 2, NULL, 1, NULL, item.coupon_id, NULL
		WHERE item.coupon_id IS NOT NULL AND NOT EXISTS (
			SELECT FROM discounts row WHERE row.tenant_id = item.tenant_id AND row.provider = item.provider AND row.account = item.account
				AND (item.discount_ids ? row.id OR item.discount_ids IS NULL AND row.subscription_id = item.subscription_id))
		UNION ALL
		SELECT 3, NULL, row_number() OVER (ORDER BY row.starts_at, row.id), row.id, NULL, NULL
		FROM discounts row
		WHERE row.tenant_id = item.tenant_id AND row.provider = item.provider AND row.account = item.account
			AND row.customer_id = item.customer_id AND row.subscription_id IS NULL
			AND NOT EXISTS (SELECT FROM customers customer WHERE customer.tenant_id = row.tenant_id AND customer.provider = row.provider
				AND customer.account = row.account AND customer.id = row.customer_id AND customer.raw ? 'discount')
		UNION ALL
		-- A customer has one discount at a time, which its payload contains.
		SELECT 3, NULL, 1, NULL, NULL, customer.raw -> 'discount'
		FROM customers customer
		WHERE customer.tenant_id = item.tenant_id AND customer.provider = item.provider AND customer.account = item.account
			AND customer.id = item.customer_id AND jsonb_typeof(customer.raw -> 'discount') = 'object'
	) given
	LEFT JOIN discounts stored ON stored.tenant_id = item.tenant_id AND stored.provider = item.provider AND stored.account = item.account AND stored.id = given.discount_id
	CROSS JOIN LATERAL (
		SELECT coalesce(stored.raw, given.inline) AS raw, coalesce(stored.starts_at, to_timestamp((given.inline ->> 'start')::float8)) AS starts_at,
			coalesce(stored.ends_at, to_timestamp((given.inline ->> 'end')::float8)) AS ends_at
	) discount
	CROSS JOIN LATERAL (
		SELECT CASE WHEN jsonb_typeof(discount.raw #> '{source,coupon}') = 'object' THEN discount.raw #> '{source,coupon}'
			WHEN jsonb_typeof(discount.raw -> 'coupon') = 'object' THEN discount.raw -> 'coupon' END AS coupon
	) inside
	CROSS JOIN LATERAL (
		SELECT coalesce(stored.coupon_id, given.coupon_id, inside.coupon ->> 'id', given.inline #>> '{source,coupon}', given.inline ->> 'coupon') AS id
	) wanted
	LEFT JOIN coupons coupon ON coupon.tenant_id = item.tenant_id AND coupon.provider = item.provider AND coupon.account = item.account AND coupon.id = wanted.id
	LEFT JOIN coupon_options options ON options.tenant_id = item.tenant_id AND options.provider = item.provider AND options.account = item.account AND options.id = wanted.id
	WHERE stored.id IS NOT NULL AND stored.deleted_at IS NULL OR given.coupon_id IS NOT NULL OR given.inline IS NOT NULL
) listed ON true;--> statement-breakpoint
-- What each item is worth a month, and what it will be worth from each time on at which a discount ends.
CREATE VIEW item_revenue WITH (security_invoker = true) AS
SELECT item.tenant_id, item.provider, item.account, item.livemode, item.currency, item.item_id, item.subscription_id, item.customer_id,
	item.price_id, item.product_id, item.quantity, item.interval, item.interval_count, item.state,
	item.canceling AND coalesce(item.state IN ('trialing', 'active', 'past_due', 'paused', 'unpaid'), false) AS canceling, item.metered, item.amount,
	monthly_amount(item.amount * taxed.share, item.interval, item.interval_count) AS gross_mrr,
	monthly_amount(coalesce(now_off.forever[item.n], item.amount * 0) * taxed.share, item.interval, item.interval_count) AS forever_discount,
	monthly_amount(coalesce(now_off.repeating[item.n], item.amount * 0) * taxed.share, item.interval, item.interval_count) AS repeating_discount,
	monthly_amount(coalesce(now_off.once[item.n], item.amount * 0) * taxed.share, item.interval, item.interval_count) AS once_discount,
	monthly_amount((item.amount - coalesce(now_off.forever[item.n] + now_off.repeating[item.n], 0)) * taxed.share, item.interval, item.interval_count) AS mrr,
	item.ends, later.mrrs AS mrrs_then, monthly_amount(1, item.interval, item.interval_count) AS least_mrr,
	item.start_date, item.trial_end, item.ended_at, item.created_at, item.observed_at
FROM item_discounts item
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
CROSS JOIN LATERAL (SELECT CASE WHEN latest.tax > 0 THEN (latest.base - latest.tax) * 1.000000000000000000000000000000 / latest.base ELSE 1 END AS share) taxed
LEFT JOIN LATERAL (
	SELECT array_agg(monthly_amount((item.amount - coalesce(off.forever[item.n] + off.repeating[item.n], 0)) * taxed.share, item.interval, item.interval_count) ORDER BY moment) AS mrrs
	FROM unnest(item.ends) AS moment
	CROSS JOIN LATERAL discounted_amounts(item.amounts, item.products, item.discounts, moment) off
) later ON item.ends IS NOT NULL;--> statement-breakpoint
-- The stored days are of UTC. In another time zone they are computed.
CREATE VIEW customer_mrr WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, customer_id, day, mrr_before, mrr_after, kind, month_opening, first_day, next_day
FROM mrr_changes WHERE revenue_zone() = 'UTC' AND day <= revenue_today()
UNION ALL
SELECT tenant_id, provider, account, livemode, currency, customer_id, day, mrr_before, mrr_after, kind, month_opening, first_day, next_day
FROM mrr_days(revenue_zone(), NULL) AS days WHERE revenue_zone() <> 'UTC' AND day <= revenue_today();--> statement-breakpoint
CREATE VIEW item_mrr WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, item_id, subscription_id, customer_id, price_id, product_id, quantity,
	"interval", interval_count, state, canceling, metered, trim_scale(amount) AS amount, trim_scale(gross_mrr) AS gross_mrr,
	trim_scale(forever_discount) AS forever_discount, trim_scale(repeating_discount) AS repeating_discount, trim_scale(once_discount) AS once_discount,
	trim_scale(mrr) AS mrr
FROM item_revenue;--> statement-breakpoint
CREATE VIEW mrr WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency,
	minor_units(coalesce(sum(mrr) FILTER (WHERE counts), 0)) AS mrr,
	minor_units(coalesce(sum(gross_mrr) FILTER (WHERE counts), 0)) AS gross_mrr,
	minor_units(coalesce(sum(forever_discount) FILTER (WHERE counts), 0)) AS forever_discount,
	minor_units(coalesce(sum(repeating_discount) FILTER (WHERE counts), 0)) AS repeating_discount,
	minor_units(coalesce(sum(once_discount) FILTER (WHERE counts), 0)) AS once_discount,
	minor_units(coalesce(sum(mrr) FILTER (WHERE counts AND canceling), 0)) AS canceling_mrr,
	minor_units(coalesce(sum(mrr) FILTER (WHERE state = 'paused'), 0)) AS paused_mrr,
	minor_units(coalesce(sum(mrr) FILTER (WHERE state = 'trialing'), 0)) AS trialing_mrr,
	count(DISTINCT subscription_id) FILTER (WHERE counts) AS subscriptions,
	count(DISTINCT coalesce(customer_id, subscription_id)) FILTER (WHERE counts AND mrr > 0) AS customers,
	count(*) FILTER (WHERE counts AND mrr IS NULL AND NOT metered) AS unpriced_items
FROM (SELECT *, state IN ('active', 'past_due') AS counts FROM item_revenue WHERE state IN ('active', 'past_due', 'paused', 'trialing')) item
GROUP BY tenant_id, provider, account, livemode, currency;--> statement-breakpoint
CREATE VIEW mrr_changes WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, customer_id, day,
	minor_units(mrr_before) AS mrr_before, minor_units(mrr_after) AS mrr_after, kind, minor_units(abs(mrr_after - mrr_before)) AS amount
FROM customer_mrr;--> statement-breakpoint
CREATE VIEW customer_months WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, customer_id, to_char(shown.month, 'YYYY-MM') AS month,
	minor_units(CASE WHEN shown.month = changed.month THEN changed.opening ELSE changed.closing END) AS opening,
	minor_units(CASE WHEN shown.month = changed.month THEN changed.new ELSE 0 END) AS new,
	minor_units(CASE WHEN shown.month = changed.month THEN changed.expansion ELSE 0 END) AS expansion,
	minor_units(CASE WHEN shown.month = changed.month THEN changed.reactivation ELSE 0 END) AS reactivation,
	minor_units(CASE WHEN shown.month = changed.month THEN changed.contraction ELSE 0 END) AS contraction,
	minor_units(CASE WHEN shown.month = changed.month THEN changed.churn ELSE 0 END) AS churn,
	minor_units(changed.closing) AS closing, to_char(changed.first_day, 'YYYY-MM') AS cohort
FROM (
	SELECT *, lead(month) OVER (PARTITION BY tenant_id, provider, account, livemode, currency, customer_id ORDER BY month) AS next_month
	FROM (
		SELECT tenant_id, provider, account, livemode, currency, customer_id, date_trunc('month', day::timestamp) AS month, first_day,
			min(month_opening) AS opening, min(month_opening) + sum(mrr_after - mrr_before) AS closing,
			coalesce(sum(mrr_after - mrr_before) FILTER (WHERE kind = 'new'), 0) AS new,
			coalesce(sum(mrr_after - mrr_before) FILTER (WHERE kind = 'expansion'), 0) AS expansion,
			coalesce(sum(mrr_after - mrr_before) FILTER (WHERE kind = 'reactivation'), 0) AS reactivation,
			coalesce(sum(mrr_before - mrr_after) FILTER (WHERE kind = 'contraction'), 0) AS contraction,
			coalesce(sum(mrr_before - mrr_after) FILTER (WHERE kind = 'churn'), 0) AS churn
		FROM customer_mrr GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
	) month
) changed
CROSS JOIN LATERAL generate_series(changed.month, CASE
	WHEN changed.closing = 0 THEN changed.month
	ELSE coalesce(changed.next_month - interval '1 month', date_trunc('month', revenue_today()::timestamp)) END, interval '1 month') AS shown(month);--> statement-breakpoint
CREATE VIEW mrr_months WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, to_char(month, 'YYYY-MM') AS month,
	minor_units(opening) AS opening, minor_units(new) AS new, minor_units(expansion) AS expansion, minor_units(reactivation) AS reactivation,
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
			CASE WHEN own THEN month.new ELSE 0 END AS new, CASE WHEN own THEN month.expansion ELSE 0 END AS expansion,
			CASE WHEN own THEN month.reactivation ELSE 0 END AS reactivation, CASE WHEN own THEN month.contraction ELSE 0 END AS contraction,
			CASE WHEN own THEN month.churn ELSE 0 END AS churn, CASE WHEN own THEN month.new_customers ELSE 0 END AS new_customers,
			CASE WHEN own THEN month.churned_customers ELSE 0 END AS churned_customers, CASE WHEN own THEN month.reactivated_customers ELSE 0 END AS reactivated_customers,
			CASE WHEN own THEN month.lost_customers ELSE 0 END AS lost_customers, CASE WHEN own THEN month.lost ELSE 0 END AS lost, CASE WHEN own THEN month.kept ELSE 0 END AS kept,
			CASE WHEN own THEN month.new + month.expansion + month.reactivation - month.contraction - month.churn ELSE 0 END AS change,
			CASE WHEN own THEN month.new_customers + month.reactivated_customers - month.churned_customers ELSE 0 END AS customers_change
		FROM (
			SELECT *, lead(month) OVER (PARTITION BY tenant_id, provider, account, livemode, currency ORDER BY month) AS next_month
			FROM (
				SELECT tenant_id, provider, account, livemode, currency, date_trunc('month', day::timestamp) AS month,
					coalesce(sum(mrr_after) FILTER (WHERE kind = 'new'), 0) AS new,
					coalesce(sum(mrr_after - mrr_before) FILTER (WHERE kind = 'expansion'), 0) AS expansion,
					coalesce(sum(mrr_after) FILTER (WHERE kind = 'reactivation'), 0) AS reactivation,
					coalesce(sum(mrr_before - mrr_after) FILTER (WHERE kind = 'contraction'), 0) AS contraction,
					coalesce(sum(mrr_before) FILTER (WHERE kind = 'churn'), 0) AS churn,
					count(*) FILTER (WHERE kind = 'new') AS new_customers,
					count(*) FILTER (WHERE kind = 'churn') AS churned_customers,
					count(*) FILTER (WHERE kind = 'reactivation') AS reactivated_customers,
					-- Of the customers at the opening: who is gone at the closing, what they pay less, and what they pay more or less.
					count(*) FILTER (WHERE closes AND month_opening > 0 AND mrr_after = 0) AS lost_customers,
					coalesce(sum(month_opening - least(mrr_after, month_opening)) FILTER (WHERE closes AND month_opening > 0), 0) AS lost,
					coalesce(sum(mrr_after - month_opening) FILTER (WHERE closes AND month_opening > 0), 0) AS kept
				FROM (
					SELECT *, next_day IS NULL OR next_day > revenue_today() OR date_trunc('month', next_day::timestamp) > date_trunc('month', day::timestamp) AS closes
					FROM customer_mrr
				) change
				GROUP BY 1, 2, 3, 4, 5, 6
			) month
		) month
		CROSS JOIN LATERAL generate_series(month.month, coalesce(month.next_month - interval '1 month', date_trunc('month', revenue_today()::timestamp)), interval '1 month') AS shown(month)
		CROSS JOIN LATERAL (SELECT shown.month = month.month AS own) AS whether
	) grid
	WINDOW months AS (PARTITION BY tenant_id, provider, account, livemode, currency ORDER BY month)
) month;--> statement-breakpoint
CREATE VIEW cohorts WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, to_char(cohort, 'YYYY-MM') AS cohort, age, customers,
	(sum(customers_change) OVER ages)::bigint AS retained, minor_units(sum(change) OVER ages) AS mrr
FROM (
	SELECT month.tenant_id, month.provider, month.account, month.livemode, month.currency, month.cohort, month.customers,
		(extract(year FROM age(shown.month, month.cohort)) * 12 + extract(month FROM age(shown.month, month.cohort)))::int AS age,
		CASE WHEN shown.month = month.month THEN month.change ELSE 0 END AS change,
		CASE WHEN shown.month = month.month THEN month.customers_change ELSE 0 END AS customers_change
	FROM (
		SELECT *, lead(month) OVER (PARTITION BY tenant_id, provider, account, livemode, currency, cohort ORDER BY month) AS next_month,
			(sum(new_customers) OVER (PARTITION BY tenant_id, provider, account, livemode, currency, cohort))::bigint AS customers
		FROM (
			SELECT tenant_id, provider, account, livemode, currency, date_trunc('month', first_day::timestamp) AS cohort, date_trunc('month', day::timestamp) AS month,
				sum(mrr_after - mrr_before) AS change, count(*) FILTER (WHERE kind = 'new') AS new_customers,
				count(*) FILTER (WHERE kind IN ('new', 'reactivation')) - count(*) FILTER (WHERE kind = 'churn') AS customers_change
			FROM customer_mrr GROUP BY 1, 2, 3, 4, 5, 6, 7
		) month
	) month
	CROSS JOIN LATERAL generate_series(month.month, coalesce(month.next_month - interval '1 month', date_trunc('month', revenue_today()::timestamp)), interval '1 month') AS shown(month)
) grid
WINDOW ages AS (PARTITION BY tenant_id, provider, account, livemode, currency, cohort ORDER BY age);--> statement-breakpoint
CREATE VIEW trial_months WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, to_char(date_trunc('month', trial.ended AT TIME ZONE revenue_zone()), 'YYYY-MM') AS month,
	count(*) AS ended, count(*) FILTER (WHERE converted) AS converted, round(count(*) FILTER (WHERE converted) / count(*)::numeric, 4) AS rate
FROM (
	SELECT subscription.tenant_id, subscription.provider, subscription.account, coalesce(subscription.livemode, connected.mode = 'live') AS livemode,
		least(subscription.trial_end, subscription.ended_at) AS ended,
		EXISTS (
			SELECT FROM invoice_lines line
			JOIN invoices invoice ON invoice.tenant_id = line.tenant_id AND invoice.provider = line.provider AND invoice.account = line.account AND invoice.id = line.invoice_id
			JOIN states known ON known.provider = invoice.provider AND known.kind = 'invoice' AND known.status = invoice.status AND known.state = 'paid'
			WHERE line.tenant_id = subscription.tenant_id AND line.provider = subscription.provider AND line.account = subscription.account
				AND line.subscription_id = subscription.id AND line.deleted_at IS NULL AND invoice.deleted_at IS NULL
				AND line.amount > 0 AND line.period_start >= subscription.trial_end
		) AS converted
	FROM subscriptions subscription
	LEFT JOIN sync_accounts connected ON connected.tenant_id = subscription.tenant_id AND connected.provider = subscription.provider AND connected.account = subscription.account
	WHERE subscription.deleted_at IS NULL AND subscription.trial_end IS NOT NULL
) trial
WHERE trial.ended <= now()
GROUP BY 1, 2, 3, 4, 5;--> statement-breakpoint
CREATE VIEW net_revenue WITH (security_invoker = true) AS
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
				AND (starts_with(movement.type, coalesce(movement.reporting_category, '')) OR movement.reporting_category LIKE '%ADJUSTMENT%')
			LEFT JOIN states known ON known.provider = movement.provider AND known.kind = 'balance' AND known.status = coalesce(movement.reporting_category, left(movement.type, 3))
		) movement
		-- PayPal's ledger has lines that move no money: pending and denied ones.
		WHERE state IS NOT NULL AND NOT (provider = 'paypal' AND coalesce(status IN ('P', 'D'), false))
		GROUP BY 1, 2, 3, 4, 5, 6
	) month
	WINDOW accounts AS (PARTITION BY tenant_id, provider, account)
) month
GROUP BY tenant_id, provider, account, livemode, currency, month;--> statement-breakpoint
CREATE VIEW sales WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, to_char(date_trunc('month', created_at AT TIME ZONE revenue_zone()), 'YYYY-MM') AS month,
	sum(taken)::bigint AS taken, sum(returned)::bigint AS returned, sum(taken - returned)::bigint AS net
FROM (
	SELECT payment.tenant_id, payment.provider, payment.account, coalesce(payment.livemode, connected.mode = 'live') AS livemode, payment.currency, payment.created_at,
		coalesce(payment.amount_captured, CASE WHEN payment.captured IS FALSE THEN 0 ELSE payment.amount END, 0) AS taken, 0 AS returned
	FROM payments payment
	JOIN states known ON known.provider = payment.provider AND known.kind = 'payment' AND known.status = payment.status
		-- What was reversed was taken before, and is a refund of its own.
		AND known.state IN ('succeeded', 'reversed')
	LEFT JOIN sync_accounts connected ON connected.tenant_id = payment.tenant_id AND connected.provider = payment.provider AND connected.account = payment.account
	UNION ALL
	SELECT refund.tenant_id, refund.provider, refund.account, coalesce(refund.livemode, payment.livemode, connected.mode = 'live'), coalesce(refund.currency, payment.currency), refund.created_at,
		0, coalesce(refund.amount, 0)
	FROM refunds refund
	JOIN states known ON known.provider = refund.provider AND known.kind = 'refund' AND known.status = refund.status AND known.state IN ('succeeded', 'pending')
	LEFT JOIN payments payment ON payment.tenant_id = refund.tenant_id AND payment.provider = refund.provider AND payment.account = refund.account AND payment.id = refund.payment_id
	LEFT JOIN sync_accounts connected ON connected.tenant_id = refund.tenant_id AND connected.provider = refund.provider AND connected.account = refund.account
) movement
GROUP BY 1, 2, 3, 4, 5, 6;--> statement-breakpoint
CREATE VIEW recovery WITH (security_invoker = true) AS
SELECT tenant_id, provider, account, livemode, currency, to_char(date_trunc('month', failed_at AT TIME ZONE revenue_zone()), 'YYYY-MM') AS month,
	count(*) AS failed_invoices, sum(amount)::bigint AS failed_amount,
	count(*) FILTER (WHERE state = 'paid') AS recovered_invoices, coalesce(sum(amount) FILTER (WHERE state = 'paid'), 0)::bigint AS recovered_amount,
	coalesce(sum(amount) FILTER (WHERE state IN ('void', 'uncollectible')), 0)::bigint AS lost_amount,
	coalesce(sum(amount) FILTER (WHERE state IS DISTINCT FROM 'paid' AND state IS DISTINCT FROM 'void' AND state IS DISTINCT FROM 'uncollectible'), 0)::bigint AS open_amount,
	round(coalesce(sum(amount) FILTER (WHERE state = 'paid'), 0) / nullif(sum(amount), 0), 4) AS recovery_rate
FROM (
	SELECT invoice.tenant_id, invoice.provider, invoice.account, coalesce(invoice.livemode, connected.mode = 'live') AS livemode, invoice.currency,
		coalesce(invoice.amount_due, invoice.total, 0) AS amount, known.state, failure.failed_at
	FROM (
		SELECT tenant_id, provider, account, invoice_id, min(failed_at) AS failed_at
		FROM (
			SELECT paid.tenant_id, paid.provider, paid.account, paid.invoice_id, payment.created_at AS failed_at
			FROM invoice_payments paid
			JOIN payments payment ON payment.tenant_id = paid.tenant_id AND payment.provider = paid.provider AND payment.account = paid.account AND payment.payment_intent_id = paid.payment_intent_id
			JOIN states known ON known.provider = payment.provider AND known.kind = 'payment' AND known.status = payment.status AND known.state = 'failed'
			UNION ALL
			SELECT paid.tenant_id, paid.provider, paid.account, paid.invoice_id, payment.created_at
			FROM invoice_payments paid
			JOIN payments payment ON payment.tenant_id = paid.tenant_id AND payment.provider = paid.provider AND payment.account = paid.account AND payment.id = paid.payment_id
			JOIN states known ON known.provider = payment.provider AND known.kind = 'payment' AND known.status = payment.status AND known.state = 'failed'
			UNION ALL
			SELECT payment.tenant_id, payment.provider, payment.account, payment.invoice_id, payment.created_at
			FROM payments payment
			JOIN states known ON known.provider = payment.provider AND known.kind = 'payment' AND known.status = payment.status AND known.state = 'failed'
			WHERE payment.invoice_id IS NOT NULL
		) attempt
		GROUP BY 1, 2, 3, 4
	) failure
	JOIN invoices invoice ON invoice.tenant_id = failure.tenant_id AND invoice.provider = failure.provider AND invoice.account = failure.account AND invoice.id = failure.invoice_id AND invoice.deleted_at IS NULL
	LEFT JOIN subscriptions subscription ON subscription.tenant_id = invoice.tenant_id AND subscription.provider = invoice.provider AND subscription.account = invoice.account AND subscription.id = invoice.subscription_id
	LEFT JOIN states known ON known.provider = invoice.provider AND known.kind = 'invoice' AND known.status = invoice.status
	LEFT JOIN sync_accounts connected ON connected.tenant_id = invoice.tenant_id AND connected.provider = invoice.provider AND connected.account = invoice.account
	WHERE invoice.billing_reason IN ('subscription_cycle', 'subscription_update', 'subscription_threshold')
		-- The first invoice after a trial is a conversion that failed, not a renewal.
		AND NOT coalesce(subscription.trial_end <= invoice.created_at AND NOT EXISTS (
			SELECT FROM invoices earlier WHERE earlier.tenant_id = invoice.tenant_id AND earlier.provider = invoice.provider AND earlier.account = invoice.account
				AND earlier.customer_id IS NOT DISTINCT FROM invoice.customer_id AND earlier.subscription_id = invoice.subscription_id AND earlier.deleted_at IS NULL
				AND earlier.created_at >= subscription.trial_end AND (earlier.created_at, earlier.id) < (invoice.created_at, invoice.id)), false)
) invoice
GROUP BY 1, 2, 3, 4, 5, 6;--> statement-breakpoint
CREATE VIEW receivables WITH (security_invoker = true) AS
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
					CASE known.state
						WHEN 'paid' THEN coalesce(invoice.paid_at, invoice.finalized_at, invoice.effective_at, invoice.created_at)
						WHEN 'refunded' THEN coalesce(invoice.paid_at, invoice.finalized_at, invoice.effective_at, invoice.created_at)
						WHEN 'void' THEN coalesce(invoice.voided_at, invoice.finalized_at, invoice.effective_at, invoice.created_at)
						WHEN 'uncollectible' THEN coalesce(invoice.marked_uncollectible_at, invoice.finalized_at, invoice.effective_at, invoice.created_at)
					END AS closes
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
) month;--> statement-breakpoint
CREATE VIEW unmapped WITH (security_invoker = true) AS
SELECT stored.tenant_id, stored.provider, stored.account, coalesce(stored.livemode, connected.mode = 'live') AS livemode, stored.kind, stored.status, count(*) AS rows
FROM (
	SELECT tenant_id, provider, account, livemode, 'subscription' AS kind, status FROM subscriptions
	UNION ALL SELECT tenant_id, provider, account, livemode, 'invoice', status FROM invoices
	UNION ALL SELECT tenant_id, provider, account, livemode, 'payment', status FROM payments
	UNION ALL SELECT tenant_id, provider, account, livemode, 'refund', status FROM refunds
	UNION ALL SELECT tenant_id, provider, account, livemode, 'dispute', status FROM disputes
	UNION ALL SELECT tenant_id, provider, account, livemode, 'balance', CASE
		WHEN EXISTS (SELECT FROM states word WHERE word.provider = movement.provider AND word.kind = 'balance' AND word.status = movement.type AND (starts_with(movement.type, coalesce(movement.reporting_category, '')) OR movement.reporting_category LIKE '%ADJUSTMENT%'))
			OR EXISTS (SELECT FROM states word WHERE word.provider = movement.provider AND word.kind = 'balance' AND word.status = coalesce(movement.reporting_category, left(movement.type, 3))) THEN NULL
		ELSE coalesce(movement.reporting_category, movement.type) END
	FROM balance_transactions movement
) stored
LEFT JOIN sync_accounts connected ON connected.tenant_id = stored.tenant_id AND connected.provider = stored.provider AND connected.account = stored.account
WHERE stored.status IS NOT NULL AND NOT EXISTS (SELECT FROM states known WHERE known.provider = stored.provider AND known.kind = stored.kind AND known.status = stored.status)
	-- Money that moves between the balance and a bank, or between accounts, is no revenue.
	AND NOT (stored.kind = 'balance' AND lower(stored.status) IN ('payout', 'payout_reversal', 'payout_minimum_balance_hold', 'payout_minimum_balance_release', 'transfer', 'transfer_reversal', 'topup', 'topup_reversal', 't04'))
GROUP BY 1, 2, 3, 4, 5, 6;--> statement-breakpoint
CREATE VIEW states WITH (security_invoker = true) AS SELECT provider, kind, status, state FROM states;--> statement-breakpoint
GRANT SELECT ON item_prices, item_discounts, item_revenue, customer_mrr, item_mrr, mrr, mrr_changes, customer_months, mrr_months, cohorts, trial_months, net_revenue, sales, recovery, receivables, unmapped, states TO billing_sync_worker, billing_sync_reader;--> statement-breakpoint
-- For the worker, which finds it wherever the views are.
DO $$
BEGIN
	PERFORM set_config('search_path', format('%I, %I', (current_schemas(false))[2], current_schema()), true);
END $$;--> statement-breakpoint
-- Amounts of the history have 15 decimals, so that two computations of one amount are equal.
CREATE FUNCTION revenue_of_items(tenant uuid, of_provider text, of_account text, chosen text[]) RETURNS TABLE (livemode boolean, currency text, item_id text, subscription_id text, customer_id text,
	price_id text, quantity bigint, state text, gross_mrr numeric, mrr numeric, ends timestamptz[], mrrs_then numeric[], least_mrr numeric, trial_end timestamptz, ended_at timestamptz, begins_at timestamptz, observed_at timestamptz) LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT livemode, currency, item_id, subscription_id, coalesce(customer_id, subscription_id), price_id, quantity, coalesce(state, 'unknown'), round(gross_mrr, 15), round(mrr, 15), ends, mrrs_then, least_mrr,
	trial_end, ended_at, greatest(start_date, created_at), observed_at
FROM item_revenue
WHERE item_revenue.tenant_id = tenant AND item_revenue.provider = of_provider AND item_revenue.account = of_account AND item_revenue.subscription_id = ANY (chosen);
END;--> statement-breakpoint
DO $$
BEGIN
	PERFORM set_config('search_path', current_setting('billing_sync.search_path'), true);
END $$;--> statement-breakpoint
-- What the invoices of subscriptions say of their MRR: a row for each change of an item.
CREATE FUNCTION mrr_from_invoices(of_tenant uuid, of_provider text, of_account text, chosen text[]) RETURNS TABLE (livemode boolean, subscription_id text, item_id text, customer_id text,
	currency text, price_id text, quantity bigint, gross_mrr numeric, mrr numeric, valid_from timestamptz, valid_to timestamptz) LANGUAGE sql STABLE
BEGIN ATOMIC
WITH lines AS (
	SELECT line.id, coalesce(subscription.livemode, line.livemode, invoice.livemode, connected.mode = 'live') AS livemode, line.subscription_id, coalesce(line.subscription_item_id, waited.subscription_item_id) AS item_id,
		coalesce(subscription.customer_id, invoice.customer_id, line.subscription_id) AS customer_id, lower(coalesce(line.currency, invoice.currency)) AS currency, price.id AS price_id,
		coalesce(line.quantity, 1) AS quantity, line.invoice_id, coalesce(invoice.finalized_at, invoice.created_at) AS billed_at, line.period_start, line.period_end,
		-- A line that charges sets the MRR. A line that credits only ends the item.
		NOT coalesce(line.proration, false) OR coalesce(line.amount, 0) >= 0 AS charges,
		monthly_amount(CASE
			WHEN line.amount = 0 THEN 0
			WHEN price.billing_scheme = 'tiered' OR price.tiers_mode IN ('volume', 'graduated') THEN CASE
				WHEN coalesce(line.proration, false) AND line.period_end > line.period_start THEN
					line.amount * extract(epoch FROM line.period_end - ((line.period_end AT TIME ZONE 'UTC' - make_interval(
						days => CASE price.interval WHEN 'day' THEN 1 WHEN 'week' THEN 7 ELSE 0 END * coalesce(price.interval_count, 1)::int,
						months => CASE price.interval WHEN 'month' THEN 1 WHEN 'year' THEN 12 ELSE 0 END * coalesce(price.interval_count, 1)::int)) AT TIME ZONE 'UTC'))
					/ extract(epoch FROM line.period_end - line.period_start)
				ELSE line.amount END
			ELSE coalesce(line.unit_amount_decimal, price.unit_amount_decimal, price.unit_amount) * CASE
				WHEN price.divide_by > 1 THEN CASE coalesce(price.round, price.raw #>> '{transform_quantity,round}')
					WHEN 'down' THEN floor(coalesce(line.quantity_decimal, line.quantity, 1) / price.divide_by) ELSE ceil(coalesce(line.quantity_decimal, line.quantity, 1) / price.divide_by) END
				ELSE coalesce(line.quantity_decimal, line.quantity, 1) END
			END * CASE WHEN tax.inclusive > 0 AND line.amount > coalesce(line.discount_amount, 0)
				THEN (line.amount - coalesce(line.discount_amount, 0) - tax.inclusive) * 1.000000000000000000000000000000 / (line.amount - coalesce(line.discount_amount, 0)) ELSE 1 END,
			price.interval, coalesce(price.interval_count, 1)) AS gross_mrr,
		-- A line for a part of a period is net of discounts already. A discount that is used once lowers no MRR.
		CASE WHEN line.amount > 0 AND NOT coalesce(line.proration, false)
			THEN (line.amount - coalesce(discounted.recurring, line.discount_amount, 0)) * 1.000000000000000000000000000000 / line.amount ELSE 1 END AS kept,
		line.amount, CASE WHEN line.amount > 0 AND NOT coalesce(line.proration, false) THEN discounted.ends END AS ends, subscription.ended_at,
		subscription.deleted_at IS NULL AND known.state IN ('active', 'past_due') AND subscription.pause_behavior IS NULL AND item.id IS NOT NULL AND item.deleted_at IS NULL AS lasts
	FROM invoice_lines line
	JOIN invoices invoice ON invoice.tenant_id = line.tenant_id AND invoice.provider = line.provider AND invoice.account = line.account AND invoice.id = line.invoice_id AND invoice.deleted_at IS NULL
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
		SELECT coalesce(line.inclusive_tax_amount, CASE WHEN line.tax_amount > 0 THEN (
			SELECT sum((part ->> 'amount')::numeric) FROM jsonb_array_elements(
				CASE WHEN jsonb_typeof(line.raw -> 'taxes') = 'array' THEN line.raw -> 'taxes' WHEN jsonb_typeof(line.raw -> 'tax_amounts') = 'array' THEN line.raw -> 'tax_amounts' ELSE '[]' END) AS part
			WHERE part ->> 'tax_behavior' = 'inclusive' OR part ->> 'inclusive' = 'true') END, 0) AS inclusive
	) tax
	LEFT JOIN LATERAL (
		SELECT coalesce(sum((part ->> 'amount')::numeric) FILTER (WHERE coupon.duration IS DISTINCT FROM 'once'), 0) AS recurring,
			jsonb_agg(jsonb_build_array(discount.ends_at, part -> 'amount')) FILTER (WHERE coupon.duration IS DISTINCT FROM 'once'
				AND discount.ends_at > line.period_start AND discount.ends_at < line.period_end) AS ends
		FROM jsonb_array_elements(CASE WHEN line.discount_amount > 0 AND jsonb_typeof(line.raw -> 'discount_amounts') = 'array' THEN line.raw -> 'discount_amounts' ELSE '[]' END) AS part
		LEFT JOIN discounts discount ON discount.tenant_id = line.tenant_id AND discount.provider = line.provider AND discount.account = line.account
			AND discount.id = coalesce(part #>> '{discount,id}', part ->> 'discount')
		LEFT JOIN coupons coupon ON coupon.tenant_id = line.tenant_id AND coupon.provider = line.provider AND coupon.account = line.account AND coupon.id = discount.coupon_id
		HAVING count(*) > 0
	) discounted ON true
	WHERE line.tenant_id = of_tenant AND line.provider = of_provider AND line.account = of_account AND line.subscription_id = ANY (chosen)
		AND line.deleted_at IS NULL AND line.period_start IS NOT NULL
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
			max(lines.period_end) AS period_end, max(lines.ended_at) AS ended_at, bool_or(lines.lasts) AS lasts
		FROM lines WHERE lines.item_id IS NOT NULL
		GROUP BY 1, 2, 3, 4
	) summed
	ORDER BY summed.item_id, summed.period_start, summed.charges DESC, summed.billed_at DESC NULLS LAST, summed.invoice_id DESC
), segments AS (
	SELECT starts.*, CASE
		WHEN lead(starts.period_start) OVER items IS NULL AND starts.lasts AND starts.charges THEN NULL
		ELSE least(lead(starts.period_start) OVER items, starts.period_end, starts.ended_at) END AS valid_to
	FROM starts
	WINDOW items AS (PARTITION BY starts.item_id ORDER BY starts.period_start)
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
END;--> statement-breakpoint
-- Reads the past of the next subscriptions from their invoices, once for each account. Returns the last of these, null if there are no more.
CREATE FUNCTION seed_mrr_history(of_tenant uuid, of_provider text, of_account text, portion int DEFAULT 5000) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_custom_plan
-- Tables that were just filled are not analysed yet, and seem so small that all joins would be loops.
SET enable_nestloop = off AS $$
DECLARE
	chosen text[];
	place sync_accounts;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('mrr_history ' || of_tenant, 0));
	INSERT INTO sync_accounts (tenant_id, provider, account) VALUES (of_tenant, of_provider, of_account) ON CONFLICT DO NOTHING;
	SELECT * INTO place FROM sync_accounts WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account;
	IF place.mrr_seeded_at IS NOT NULL
		OR NOT EXISTS (SELECT FROM invoice_lines WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account)
		OR NOT EXISTS (SELECT FROM prices WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account) THEN
		RETURN NULL;
	END IF;
	SELECT array_agg(id ORDER BY id) INTO chosen FROM (
		SELECT id FROM subscriptions WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND id > coalesce(place.mrr_seeded_to, '') ORDER BY id LIMIT portion
	) next;
	IF chosen IS NULL THEN
		UPDATE sync_accounts SET mrr_seeded_at = now(), mrr_seeded_to = NULL WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account;
		RETURN NULL;
	END IF;
	INSERT INTO mrr_history (tenant_id, provider, account, livemode, subscription_id, item_id, customer_id, currency, price_id, quantity, state, gross_mrr, mrr, valid_from, valid_to, source)
	SELECT of_tenant, of_provider, of_account, past.livemode, past.subscription_id, past.item_id, past.customer_id, past.currency, past.price_id, past.quantity,
		CASE WHEN past.mrr = 0 AND past.valid_from < subscription.trial_end AND past.valid_from >= subscription.trial_start THEN 'trialing' ELSE 'active' END,
		past.gross_mrr, past.mrr, past.valid_from, least(past.valid_to, stored.since), 'invoice'
	FROM mrr_from_invoices(of_tenant, of_provider, of_account, chosen) past
	LEFT JOIN subscriptions subscription ON subscription.tenant_id = of_tenant AND subscription.provider = of_provider AND subscription.account = of_account AND subscription.id = past.subscription_id
	LEFT JOIN (
		SELECT item_id, min(valid_from) AS since FROM mrr_history
		WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND subscription_id = ANY (chosen) GROUP BY item_id
	) stored ON stored.item_id = past.item_id
	WHERE stored.since IS NULL OR past.valid_from < stored.since;
	UPDATE sync_accounts SET mrr_seeded_to = chosen[array_length(chosen, 1)] WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account;
	RETURN chosen[array_length(chosen, 1)];
END $$;--> statement-breakpoint
-- Writes what has changed about the items of these subscriptions to mrr_history. A time that the row itself has is
-- believed if it lies after the last computation. Otherwise a change has the time of its event, or of the answer that showed it.
CREATE FUNCTION compute_mrr_history(of_tenant uuid, of_provider text, of_account text, chosen text[]) RETURNS void
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
			wanted.ends, wanted.mrrs, ahead.ends AS ahead_ends, ahead.mrrs AS ahead_mrrs, CASE WHEN billed.alike THEN held.source ELSE 'sync' END AS source,
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
-- The subscriptions after one, whose rows, prices or discounts were written since the last computation.
CREATE FUNCTION changed_subscriptions(of_tenant uuid, of_provider text, of_account text, after text, portion int DEFAULT 5000) RETURNS text[] LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	-- Transactions that were open at the last computation have ended since.
	since timestamptz := (SELECT mrr_computed_at - interval '10 minutes' FROM sync_accounts WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account);
	priced text[];
	coupons_changed text[];
	found_ids text[];
BEGIN
	IF since IS NULL THEN
		SELECT array_agg(id ORDER BY id) INTO found_ids FROM (
			SELECT id FROM subscriptions WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND id > after ORDER BY id LIMIT portion
		) next;
		RETURN found_ids;
	END IF;
	SELECT array_agg(id) INTO priced FROM (
		SELECT id FROM prices WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND synced_at >= since
		UNION SELECT id FROM price_options WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND synced_at >= since
		UNION SELECT price_id FROM price_tiers WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND synced_at >= since
	) price;
	SELECT array_agg(id) INTO coupons_changed FROM (
		SELECT id FROM coupons WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND synced_at >= since
		UNION SELECT id FROM coupon_options WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND synced_at >= since
	) coupon;
	SELECT array_agg(id ORDER BY id) INTO found_ids FROM (
		SELECT DISTINCT id FROM (
			SELECT id FROM subscriptions WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND synced_at >= since
			UNION ALL SELECT subscription_id FROM subscription_items WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account AND (synced_at >= since OR price_id = ANY (priced))
			UNION ALL SELECT subscription.id FROM subscriptions subscription JOIN discounts discount ON discount.tenant_id = subscription.tenant_id AND discount.provider = subscription.provider AND discount.account = subscription.account
				AND (discount.subscription_id = subscription.id OR discount.subscription_id IS NULL AND discount.customer_id = subscription.customer_id)
				WHERE subscription.tenant_id = of_tenant AND subscription.provider = of_provider AND subscription.account = of_account AND (discount.synced_at >= since OR discount.coupon_id = ANY (coupons_changed))
			UNION ALL SELECT subscription.id FROM subscriptions subscription WHERE subscription.tenant_id = of_tenant AND subscription.provider = of_provider AND subscription.account = of_account AND subscription.coupon_id = ANY (coupons_changed)
			UNION ALL SELECT subscription.id FROM subscriptions subscription JOIN customers customer ON customer.tenant_id = subscription.tenant_id AND customer.provider = subscription.provider AND customer.account = subscription.account AND customer.id = subscription.customer_id
				WHERE subscription.tenant_id = of_tenant AND subscription.provider = of_provider AND subscription.account = of_account AND customer.synced_at >= since AND customer.raw ? 'discount'
			-- Its discount has ended since, or ends next.
			UNION ALL SELECT history.subscription_id FROM mrr_history history WHERE history.tenant_id = of_tenant AND history.provider = of_provider AND history.account = of_account
				AND history.valid_from BETWEEN since AND now() AND history.source <> 'invoice'
			-- Its trial ends by the clock: the provider has no word for it.
			UNION ALL SELECT history.subscription_id FROM mrr_history history WHERE history.tenant_id = of_tenant AND history.provider = of_provider AND history.account = of_account
				AND history.state = 'trialing' AND history.valid_to IS NULL
				AND NOT EXISTS (SELECT FROM states word WHERE word.provider = of_provider AND word.kind = 'subscription' AND word.state = 'trialing')
		) changed
		WHERE id > after
		ORDER BY id LIMIT portion
	) next;
	RETURN found_ids;
END $$;--> statement-breakpoint
-- Brings mrr_history of an account up to date: what jobs do at their end, in one call.
CREATE FUNCTION refresh_mrr_history(of_tenant uuid, of_provider text, of_account text) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	after text := '';
	chosen text[];
BEGIN
	WHILE seed_mrr_history(of_tenant, of_provider, of_account) IS NOT NULL LOOP
	END LOOP;
	LOOP
		chosen := changed_subscriptions(of_tenant, of_provider, of_account, after);
		EXIT WHEN chosen IS NULL;
		PERFORM compute_mrr_history(of_tenant, of_provider, of_account, chosen);
		after := chosen[array_length(chosen, 1)];
	END LOOP;
	UPDATE sync_accounts SET mrr_computed_at = now() WHERE tenant_id = of_tenant AND provider = of_provider AND account = of_account;
END $$;
