import { SyncError } from '../../errors.ts'
import type { HttpAnswer } from '../../http/exchange.ts'
import type { Allowance } from '../../provider/contract.ts'
import { unusableAnswer } from '../../provider/failures.ts'
import { type Fields, fields, list, text } from '../../provider/fields.ts'
import { type Item, openAnswer } from '../../provider/item.ts'

/** The API version whose shapes the rows are mapped from. */
export const apiVersion = '2026-10'

/** Points that Shopify lets a query of any plan ask for: https://shopify.dev/docs/api/usage/limits. */
export const mostRequested = 1_000

/** An answer without errors. */
export interface ShopifyAnswer {
  /** The field `data`. */
  readonly data: Item
  /** Shopify's clock. */
  readonly date: Date
  /** Absent if the answer does not say what it cost. */
  readonly allowance?: Allowance
}

/** An entry of `errors`. */
export interface ShopifyError {
  readonly code: string
  readonly message: unknown
  /** What Shopify says that the caller needs: `read_orders` access scope. */
  readonly requiredAccess: string | null
  /** The names of the fields that lead to what the error is about; empty if Shopify does not say. */
  readonly path: readonly string[]
  /** The points that the query would cost, and the most that one may; null if the error is not about that. */
  readonly cost: { readonly requested: number; readonly most: number } | null
}

interface RefusalParts extends HttpAnswer {
  /** The scope that the document needs; null if it needs none. */
  readonly scope?: string | null
  /** Whether a token was asked for. */
  readonly isMinting?: boolean
}

/** A refusal, as the connection throws it and `failure` reads it. */
export class ShopifyRefusal extends Error {
  override readonly name = 'ShopifyRefusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Empty if the answer has none of that shape. */
  readonly errors: readonly ShopifyError[]
  readonly scope: string | null
  readonly isMinting: boolean
  /** Points that were asked for and are there, and those restored in a second; null if the answer does not say. */
  readonly points: Pick<Allowance, 'requested' | 'available' | 'perSecond'> | null

  constructor({ status, headers, body, scope = null, isMinting = false }: RefusalParts) {
    super('refused')
    const answer = fields(parsed(body))
    this.status = status
    this.headers = headers
    this.errors = errorsIn(answer)
    this.scope = scope
    this.isMinting = isMinting
    this.points = pointsIn(answer)
  }
}

/**
 * Reads an answer. An answer with errors beside its data is a refusal: some of its fields are null because of them.
 * @throws ShopifyRefusal; SyncError if the answer is not what was asked for
 */
export function readAnswer(answer: HttpAnswer, scope: string | null): ShopifyAnswer {
  if (answer.status !== 200) throw new ShopifyRefusal({ ...answer, scope })
  const { whole } = openAnswer(answer.body, () => unusable('is not JSON'))
  const all = fields(whole.value())
  if ((list(all.errors)?.length ?? 0) > 0 || (all.errors !== undefined && !list(all.errors)))
    throw new ShopifyRefusal({ ...answer, scope })
  checkVersion(answer.headers)
  checkSearch(all)
  if (typeof all.data !== 'object' || all.data === null) throw unusable('has no data')
  const allowance = allowanceIn(all)
  return { data: whole.at('data'), date: dateIn(answer.headers), ...(allowance && { allowance }) }
}

/** Shopify answers with a later version when the one that was asked for is no longer supported. */
function checkVersion({ 'x-shopify-api-version': version }: Readonly<Record<string, string>>): void {
  if (version === undefined || version === apiVersion) return
  const served = /^[\w-]{1,40}$/.test(version) ? version : 'another one'
  throw new SyncError(
    'reject',
    'provider_contract',
    `shopify: Shopify answered with API version ${served}, and the worker asked for ${apiVersion}. Another version may have other shapes, so that nothing of the answer is stored. Install a version of the worker that reads a supported version.`,
    { scope: 'provider' },
  )
}

/** Shopify ignores a term of a search that it does not know, and lists everything. It says so beside the data only. */
function checkSearch({ extensions }: Fields): void {
  const warnings = (list(fields(extensions).search) ?? []).flatMap((search) => list(fields(search).warnings) ?? [])
  if (warnings.length > 0) throw unfiltered('warns that it did not understand a term of the search')
}

/** The error of a list that is not the window that was asked for. */
export function unfiltered(what: string): SyncError {
  return new SyncError(
    'reject',
    'provider_contract',
    `shopify: an answer ${what}. A list that is not filtered must not be taken for one that is. Report a bug with the name of the resource.`,
    { scope: 'resource' },
  )
}

function errorsIn({ errors }: Fields): readonly ShopifyError[] {
  // A refusal by status has a text, or an object of texts, in place of the list.
  if (typeof errors === 'string') return [{ code: '', message: errors, requiredAccess: null, path: [], cost: null }]
  return (list(errors) ?? []).map((error) => {
    const { message, extensions, path } = fields(error)
    const { code, requiredAccess, cost: requested, maxCost: most } = fields(extensions)
    const cost = isPoints(requested) && isPoints(most) && requested > most ? { requested, most } : null
    const names = (list(path) ?? []).flatMap((name) => text(name) ?? [])
    return { code: text(code) ?? '', message, requiredAccess: text(requiredAccess), path: names, cost }
  })
}

function pointsIn({ extensions }: Fields): ShopifyRefusal['points'] {
  const { requestedQueryCost: requested, throttleStatus } = fields(fields(extensions).cost)
  const { currentlyAvailable: available, restoreRate: perSecond } = fields(throttleStatus)
  if (!isPoints(requested) || !isPoints(available) || !isPoints(perSecond) || perSecond === 0) return null
  return { requested, available, perSecond }
}

function allowanceIn(answer: Fields): Allowance | undefined {
  const points = pointsIn(answer)
  const { actualQueryCost: actual, throttleStatus } = fields(fields(answer.extensions).cost)
  const { maximumAvailable: maximum } = fields(throttleStatus)
  if (!points || !isPoints(maximum)) return undefined
  return { ...points, maximum, mostRequested, actual: isPoints(actual) ? actual : points.requested }
}

const isPoints = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

/** The time of an answer by Shopify's clock. @throws SyncError if the answer does not say it */
function dateIn({ date }: Readonly<Record<string, string>>): Date {
  const time = new Date(date ?? '')
  if (Number.isNaN(time.getTime())) throw unusable('has no Date header')
  return time
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** The error of an answer that is not what Shopify's documentation says. */
export const unusable = unusableAnswer({ name: 'shopify', title: 'Shopify', statusPage: 'www.shopifystatus.com' })
