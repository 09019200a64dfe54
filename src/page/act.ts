import type { IncomingMessage } from 'node:http'
import { findJobs, type StoredJob } from '../operations/jobs.ts'
import { type Guard, isCrossSite } from './guard.ts'
import type { JobActions, PageSource } from './source.ts'
import { redriven } from './views/letters.ts'

/** What becomes of a form: a page to go to, or a status and a sentence. */
export type Acted =
  | { readonly goTo: string }
  | { readonly status: 200 | 400 | 403 | 404 | 409; readonly sentence: string }

const mostBytes = 4_096
const jobPath = /^\/jobs\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(cancel|retry)$/

/** Does what a form of the page asks for. A form of another site is refused. */
export async function act(request: IncomingMessage, url: URL, source: PageSource, guard: Guard): Promise<Acted> {
  const action = actionAt(url.pathname, source)
  if (!action) return { status: 404, sentence: 'There is nothing to do at this address.' }
  const form = await readForm(request)
  if (!form) return { status: 400, sentence: 'The form is too long or is none.' }
  if (isCrossSite(request.headers) || !guard.isFormKey(action.key, form.get('key') ?? undefined))
    return { status: 403, sentence: 'The form is not of this page, or of an earlier token. Load the page again.' }
  return action.perform()
}

interface Action {
  /** What the key of its form is made from. */
  readonly key: string
  perform(): Promise<Acted>
}

/** What a form of this address does. Undefined where the page cannot do it. */
function actionAt(path: string, { reader, actions }: PageSource): Action | undefined {
  const { cancel, retry, redrive } = actions ?? {}
  if (path === '/letters/redrive' && redrive)
    return { key: 'redrive letters', perform: async () => ({ status: 200, sentence: redriven(await redrive()) }) }
  const [, id = '', name = ''] = jobPath.exec(path) ?? []
  const perform =
    name === 'cancel' ? cancel && cancelling(cancel) : name === 'retry' ? retry && retrying(retry) : undefined
  if (!perform) return undefined
  return {
    key: `${name} ${id}`,
    async perform() {
      const [job] = await findJobs(reader, { ids: [id] }, 1)
      return job ? perform(job) : { status: 404, sentence: 'The database has no job of this id.' }
    },
  }
}

const cancelling =
  (cancel: JobActions['cancel']) =>
  async (job: StoredJob): Promise<Acted> =>
    (await cancel(job)) ? { goTo: `/jobs/${job.id}` } : { status: 409, sentence: 'The job had ended before.' }

const retrying =
  (retry: NonNullable<JobActions['retry']>) =>
  async (job: StoredJob): Promise<Acted> => {
    const { done, reason } = await retry(job)
    return { status: done ? 200 : 409, sentence: reason }
  }

async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return null
  let text = ''
  request.setEncoding('utf8')
  for await (const part of request) {
    text += part
    if (text.length > mostBytes) return null
  }
  return new URLSearchParams(text)
}
