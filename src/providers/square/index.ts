import { inMode } from '../../provider/account-name.ts'
import type { Identity, Provider } from '../../provider/contract.ts'
import { defineProvider } from '../../provider/define.ts'
import { dateTime, fields, text } from '../../provider/fields.ts'
import { openSquare, type SquareConnection, type SquareSettings, unusable } from './connection.ts'
import { failure } from './failure.ts'
import { squareBegan } from './list.ts'
import { resources } from './resources/index.ts'

export type { SquareSettings } from './connection.ts'

/** Requests at once for one list; more bring refusals rather than speed. */
const atOnce = 4

export function square(settings: SquareSettings): Provider {
  return defineProvider<SquareConnection>({
    name: 'square',
    resources: resources.map((resource) => ({ concurrency: atOnce, ...resource })),
    open: (credentials) => openSquare(credentials, settings),
    failure,
    identify,
  })
}

/** Identifies the seller with `GET /v2/merchants/me`, which needs the scope MERCHANT_PROFILE_READ. */
async function identify(connection: SquareConnection): Promise<Identity> {
  try {
    const { json } = await connection.get('/v2/merchants/me')
    const merchant = fields(fields(json.whole.value()).merchant)
    const id = text(merchant.id)
    if (id === null || !/^[\w-]{1,250}$/.test(id)) throw unusable('does not name the seller')
    const created = dateTime(merchant.created_at)
    const since = created ? Math.floor(created.getTime() / 1_000) : squareBegan
    return { account: inMode(id, connection.mode), since }
  } catch (error) {
    if (failure(error, connection).code !== 'permission_denied') throw error
    return { account: null, since: squareBegan }
  }
}
