import { fields, text } from '../../../provider/fields.ts'
import type { LiveEvents } from '../../../provider/live.ts'

/** `square MLX`: the merchant of an event. */
export const route: LiveEvents['route'] = (event) => `square ${text(fields(event.value()).merchant_id) ?? ''}`
