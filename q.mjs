import pg from 'pg'
const c = new pg.Client({ connectionString: 'postgres://postgres@127.0.0.1:28357/billing' })
await c.connect()
c.on('notice', (n) => console.log(n.message))
const t = async (label, q) => { const s = performance.now(); const r = await c.query(q); console.log(label, Math.round(performance.now() - s), 'ms', JSON.stringify(r.rows).slice(0, 200)); return r }
const acc = `'11111111-1111-4111-8111-111111111111'::uuid, 'stripe', (select account from sync_accounts limit 1)`
await t('counts', `select (select count(*) from subscriptions) s, (select count(*) from subscription_items) i, (select count(*) from invoice_lines) l, (select count(*) from mrr_history) h, (select jit from (select current_setting('jit') jit) x)`)
await c.query('begin')
await c.query('truncate mrr_history, mrr_changes')
await c.query('update sync_accounts set mrr_seeded_at=null, mrr_seeded_to=null, mrr_computed_at=null')
const a = (await c.query('select account from sync_accounts limit 1')).rows[0].account
const ids = (await c.query('select array_agg(id) a from (select id from subscriptions limit 500) x')).rows[0].a
await t('seed1', `select seed_mrr_history(${acc})`)
await t('seed2', `select seed_mrr_history(${acc})`)
await t('changed', `select array_length(changed_subscriptions(${acc}, ''),1)`)
const s = performance.now(); await c.query(`select compute_mrr_history($1,'stripe',$2,$3)`, ['11111111-1111-4111-8111-111111111111', a, ids]); console.log('compute', performance.now() - s)
await c.query('set local jit=off')
await c.query('truncate mrr_history, mrr_changes')
await c.query('update sync_accounts set mrr_seeded_at=null, mrr_seeded_to=null, mrr_computed_at=null')
await t('jit off: seed1', `select seed_mrr_history(${acc})`)
await t('seed2', `select seed_mrr_history(${acc})`)
{ const s = performance.now(); await c.query(`select compute_mrr_history($1,'stripe',$2,$3)`, ['11111111-1111-4111-8111-111111111111', a, ids]); console.log('compute', performance.now() - s) }
await c.query('rollback')
await c.end()
