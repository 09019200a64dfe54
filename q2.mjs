import pg from 'pg'
const c = new pg.Client({ connectionString: 'postgres://postgres@127.0.0.1:28357/billing' })
await c.connect()
const a = (await c.query('select account from sync_accounts limit 1')).rows[0].account
const T='11111111-1111-4111-8111-111111111111'
const ids = (await c.query('select array_agg(id) a from (select id from subscriptions limit 500) x')).rows[0].a
await c.query('begin')
await c.query('set allow_system_table_mods=on').catch(()=>{})
await c.query(`delete from pg_statistic where starelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)`)
await c.query(`update pg_class set reltuples=-1 where relnamespace='public'::regnamespace and relkind='r'`)
for (const settings of [[], ['enable_seqscan=off'], ['enable_seqscan=off','enable_mergejoin=off'], ['enable_nestloop=off'], ['enable_seqscan=off','enable_mergejoin=off','enable_hashjoin=off'],['enable_seqscan=off','jit=off','enable_mergejoin=off']]) {
  await c.query('savepoint s')
  for (const x of settings) await c.query('set local '+x)
  await c.query("set local statement_timeout='40s'")
  await c.query('truncate mrr_history, mrr_changes')
  await c.query('update sync_accounts set mrr_seeded_at=null, mrr_seeded_to=null, mrr_computed_at=null')
  for (const [n,q,p] of [['seed','select seed_mrr_history($1,$2,$3)',[T,'stripe',a]],['compute','select compute_mrr_history($1,$2,$3,$4)',[T,'stripe',a,ids]]]) {
    const s = performance.now()
    try { await c.query(q,p); console.log(settings.join(), n, Math.round(performance.now()-s)) } catch (e) { console.log(settings.join(), n, 'ERR', e.message); break }
  }
  await c.query('rollback to savepoint s')
}
await c.query('rollback'); await c.end()
