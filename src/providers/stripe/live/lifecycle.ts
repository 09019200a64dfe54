import { fields } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import type { Lifecycle } from '../../../provider/live.ts'

/** An account took the platform's access away. docs.stripe.com/api/events/types */
export function lifecycleOf(event: Item): Lifecycle | null {
  return fields(event.value()).type === 'account.application.deauthorized'
    ? { kind: 'deauthorized', customer: null }
    : null
}
