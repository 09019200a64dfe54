import { sql } from 'drizzle-orm'
import { type JobStatus, jobStatuses, syncJobs } from '../../db/schema.ts'
import { findJobs, type StoredJob } from '../../operations/jobs.ts'
import { seesEveryTenant } from '../../operations/scope.ts'
import { type Content, type Html, html } from '../html.ts'
import { jobCard } from '../job-card.ts'
import { showJob } from '../shown-job.ts'
import type { PageSource } from '../source.ts'
import type { Part, View } from '../view.ts'
import { count } from '../words.ts'

/** The jobs that the address asks for: `/?tenant=UUID&state=failed&page=2`. */
export interface JobsQuery {
  readonly tenant: string | undefined
  readonly state: JobStatus | 'open' | undefined
  readonly page: number
}

/** Jobs of one page. */
const most = 100
/** A failed job is found by an index of the time of its failure. */
const failedSince = 30 * 86_400

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const states = ['open', ...jobStatuses] as const

/** @returns a sentence about what is wrong with the address, or the query */
export function readJobsQuery(given: URLSearchParams): JobsQuery | string {
  const tenant = given.get('tenant')?.trim().toLowerCase() || undefined
  const wanted = given.get('state') || undefined
  const state = states.find((name) => name === wanted)
  const page = Number(given.get('page') || 1)
  if (tenant !== undefined && !uuid.test(tenant)) return 'The tenant must be a UUID.'
  if (wanted !== undefined && state === undefined) return `The state must be one of ${states.join(', ')}.`
  if (!Number.isInteger(page) || page < 1 || page > 1_000) return 'The page must be a number from 1 to 1000.'
  return { tenant, state, page }
}

/** Open jobs first, the newest first among them, and then those that have ended. */
export async function jobsView(source: PageSource, query: JobsQuery): Promise<View> {
  const totals = await countJobs(source, query)
  const jobs = await jobsOfPage(source, query, totals)
  const cards = await Promise.all(
    jobs.map(async (job): Promise<Part> => ({ id: `job-${job.id}`, html: jobCard(await showJob(job, source)) })),
  )
  const isEmpty = jobs.length === 0
  return {
    title: 'Jobs',
    status: 200,
    parts: [
      { id: 'totals', html: totalsOf(totals, await source.deadLetters?.()) },
      { id: 'filter', html: filterForm(query) },
      { id: 'list-title', html: html`<h2>${titleOf(query)}</h2>` },
      ...cards,
      ...(isEmpty ? [{ id: 'none', html: html`<p>${await emptyBecause(source, query)}</p>` }] : []),
      { id: 'more', html: pageLinks(query, jobs.length === most) },
    ],
  }
}

interface Totals {
  readonly open: Readonly<Partial<Record<JobStatus, number>>>
  readonly failed: number
}

async function countJobs({ reader }: PageSource, { tenant }: JobsQuery): Promise<Totals> {
  const isOfTenant = tenant === undefined ? sql`true` : sql`${syncJobs.tenantId} = ${tenant}::uuid`
  return reader.read(async (tx) => {
    const open = await tx.execute<{ status: JobStatus; count: number }>(
      sql`select status, count(*)::int as count from ${syncJobs} where finished_at is null and ${isOfTenant} group by status`,
    )
    const failed = await tx.execute<{ count: number }>(
      sql`select count(*)::int as count from ${syncJobs} where status = 'failed' and finished_at > now() - interval '1 day' and ${isOfTenant}`,
    )
    return {
      open: Object.fromEntries(open.rows.map((row) => [row.status, row.count])),
      failed: failed.rows[0]?.count ?? 0,
    }
  })
}

async function jobsOfPage({ reader }: PageSource, { tenant, state, page }: JobsQuery, totals: Totals) {
  const from = (page - 1) * most
  const find = (filter: Parameters<typeof findJobs>[1], limit: number, offset: number) =>
    findJobs(reader, { tenantId: tenant, ...filter }, limit, offset)
  if (state === 'open') return find({ open: true }, most, from)
  if (state === 'failed') return find({ failedSince }, most, from)
  if (state) return find({ statuses: [state] }, most, from)
  const opened = Object.values(totals.open).reduce((sum, number) => sum + number, 0)
  const open: readonly StoredJob[] = from < opened ? await find({ open: true }, most, from) : []
  if (open.length === most) return open
  return [...open, ...(await find({ open: false }, most - open.length, Math.max(0, from - opened)))]
}

function totalsOf({ open, failed }: Totals, deadLetters: number | null | undefined): Html {
  const total = (words: string, number: number, state: string): Html =>
    html`<li class="${number > 0 && state}"><a href="/?state=${state}">${words} <b>${count(number)}</b></a></li>`
  return html`<ul class="totals" aria-label="Totals">
${(['running', 'pending', 'paused', 'retrying'] as const).map((status) => total(status, open[status] ?? 0, status))}
${total('failed in 24 hours', failed, 'failed')}
${typeof deadLetters === 'number' && html`<li class="${deadLetters > 0 && 'failed'}"><a href="/letters">dead letters <b>${count(deadLetters)}</b></a></li>`}
</ul>`
}

function filterForm({ tenant, state }: JobsQuery): Html {
  const option = (value: string, words: string, isChosen: boolean): Html =>
    html`<option value="${value}"${isChosen ? html` selected` : ''}>${words}</option>`
  return html`<form class="filter" action="/" method="get" role="search" aria-label="Filter of the jobs">
<label>Tenant <input name="tenant" value="${tenant}" placeholder="UUID" autocomplete="off" spellcheck="false"></label>
<label>State <select name="state">${option('', 'all', state === undefined)}${states.map((name) => option(name, name, name === state))}</select></label>
<button>Filter</button>${(tenant ?? state) !== undefined && html` <a href="/">all jobs</a>`}
</form>`
}

const titleOf = ({ state, tenant, page }: JobsQuery): Content => [
  state === 'failed' ? 'Jobs that failed in the last 30 days' : state ? `Jobs: ${state}` : 'Jobs',
  tenant && ` of tenant ${tenant}`,
  page > 1 && `, page ${page}`,
]

async function emptyBecause({ reader }: PageSource, { tenant, state, page }: JobsQuery): Promise<string> {
  if (!(await seesEveryTenant(reader)))
    return 'The login of the page sees no such job. A member of billing_sync_reader sees those of all tenants.'
  if (tenant ?? state) return 'No such job.'
  return page > 1 ? 'No job is that old.' : 'No worker has seen a job yet.'
}

function pageLinks({ tenant, state, page }: JobsQuery, hasMore: boolean): Html {
  const link = (to: number, words: string): Html => {
    const given = { ...(tenant && { tenant }), ...(state && { state }), ...(to > 1 && { page: String(to) }) }
    return html`<a href="/?${new URLSearchParams(given).toString()}">${words}</a>`
  }
  if (page === 1 && !hasMore) return html``
  return html`<nav aria-label="Pages of the list">${page > 1 && link(page - 1, 'newer jobs')} ${hasMore && link(page + 1, 'older jobs')}</nav>`
}
