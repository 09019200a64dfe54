import type { IncomingMessage } from 'node:http'
import { findJobs } from '../operations/jobs.ts'
import { type Guard, isCrossSite } from './guard.ts'
import type { PageSource } from './source.ts'

/** What becomes of a form: a page to go to, or a status and a sentence. */
export type Acted =
  | { readonly goTo: string }
  | { readonly status: 200 | 400 | 403 | 404 | 409; readonly sentence: string }

const mostBytes = 4_096
const actionPath = /^\/jobs\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(cancel|retry)$/

/** Does what a form of the page asks for. A form of another site is refused. */
export async function act(request: IncomingMessage, url: URL, source: PageSource, guard: Guard): Promise<Acted> {
  const [, id = '', action = ''] = actionPath.exec(url.pathname) ?? []
  const { cancel, retry } = source.actions ?? {}
  if (!(action === 'cancel' ? cancel : action === 'retry' && retry))
    return { status: 404, sentence: 'There is nothing to do at this address.' }
  const form = await readForm(request)
  if (!form) return { status: 400, sentence: 'The form is too long or is none.' }
  if (isCrossSite(request.headers) || !guard.isFormKey(`${action} ${id}`, form.get('key') ?? undefined))
    return { status: 403, sentence: 'The form is not of this page, or of an earlier token. Load the page again.' }
  const [job] = await findJobs(source.reader, { ids: [id] }, 1)
  if (!job) return { status: 404, sentence: 'The database has no job of this id.' }
  if (action === 'cancel')
    return (await cancel?.(job)) ? { goTo: `/jobs/${id}` } : { status: 409, sentence: 'The job had ended before.' }
  const outcome = await retry?.(job)
  return { status: outcome?.done ? 200 : 409, sentence: outcome?.reason ?? '' }
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
