import { fields, text } from '../../../provider/fields.ts'
import type { LiveEvents } from '../../../provider/live.ts'

/**
 * `acct_1A live`: the connected account of an event, as `account` or at the end of the `context` of a thin event, and its
 * mode. An event without one is of the account that the destination or the endpoint belongs to.
 */
export const route: LiveEvents['route'] = (event, { via, from }) => {
  const { account, context, livemode } = fields(event.value())
  const connected = text(account) ?? /(?:^|\/)(acct_\w+)$/.exec(text(context) ?? '')?.[1]
  const endpoint = via === 'webhook' ? `stripe/${from}` : from
  return `${connected ?? endpoint} ${livemode === false ? 'test' : 'live'}`
}
