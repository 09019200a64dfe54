import { totalShare } from '../../job/state/total-share.ts'
import type { StoredJob } from '../../operations/jobs.ts'
import type { ResourceShown, Shown } from '../progress-lines.ts'
import { inOrder } from '../resource-names.ts'
import { readProgress } from './job-details.ts'
import { jobLineOf } from './job-json.ts'

/** One job as its live bars show it: one line for each resource. */
export function shownJob(job: StoredJob, order: readonly string[]): Shown {
  const resources = resourcesOf(job, order)
  const { fetched, deleted, requests } = job
  return { fetched, deleted, requests, share: totalShare(resources), resources, note: noteOf(job) }
}

/** Several jobs: one line for each. */
export function shownJobs(jobs: readonly StoredJob[]): Shown {
  const lines = jobs.map((job): ResourceShown => {
    const share = job.status === 'completed' ? 1 : (totalShare(resourcesOf(job, [])) ?? 0)
    return { name: nameOf(job), fetched: job.fetched, share }
  })
  const sum = (key: 'fetched' | 'deleted' | 'requests') => jobs.reduce((total, job) => total + job[key], 0)
  return {
    fetched: sum('fetched'),
    deleted: sum('deleted'),
    requests: sum('requests'),
    share: totalShare(lines),
    resources: lines,
    note: '',
  }
}

const nameOf = ({ id, provider, account, status }: StoredJob) =>
  [id.slice(0, 8), provider, account, status].filter((part) => part !== null).join(' ')

function resourcesOf({ progress }: StoredJob, order: readonly string[]): readonly ResourceShown[] {
  return inOrder(Object.entries(readProgress(progress)), order).map(([name, { fetched, share }]) => ({
    name,
    fetched,
    share,
  }))
}

/** What the job waits for, in words; empty if a worker gets ahead with it. */
function noteOf(job: StoredJob): string {
  const { waitingFor, waitingSince, nextAttemptAt, error } = jobLineOf(job)
  const cause = waitingFor ?? (job.status === 'retrying' ? error : null)
  return [stateOf(job, nextAttemptAt), ...(cause ? [`${cause.message} (${cause.code})`] : []), since(waitingSince)]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

function stateOf({ status, isHeld, leaseUntil }: StoredJob, nextAttemptAt: string | null): string {
  if (status === 'pending') return 'Another job holds its account, and its message brings it back.'
  if (status === 'paused') return 'Paused: its message brings it back.'
  if (status === 'retrying') return `The next attempt is at ${nextAttemptAt ?? 'an unknown time'}.`
  if (status === 'running' && !isHeld)
    return `Its worker gave no sign of life, and its lease ended at ${leaseUntil?.toISOString()}. Its message brings it back.`
  return ''
}

const since = (at: string | null) => (at === null ? '' : `It waits since ${at}.`)
