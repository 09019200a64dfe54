import * as tables from '../../db/schema.ts'
import { SyncError } from '../../errors.ts'
import { hostOf, isProviderBase } from '../../http/base-url.ts'
import { causeCode, openExchange, unanswered } from '../../http/exchange.ts'
import { withMintedToken } from '../../http/minted-token.ts'
import { retryAfterMs } from '../../http/retry-after.ts'
import { sentenceOf } from '../../http/sentence.ts'
import { redactSecrets } from '../../log/redact.ts'
import { inMode } from '../../provider/account-name.ts'
import { defineProvider } from '../../provider/define.ts'
import { isProviderFault } from '../../provider/failures.ts'
import * as fields from '../../provider/fields.ts'
import { Item, itemsIn, openAnswer } from '../../provider/item.ts'
import { absent, at, derived, mapping } from '../../provider/mapping.ts'
import { currencyCode, decimalMoney, digitsOf, minorUnits } from '../../provider/money.ts'
import { joinSentences } from '../../provider/sentences.ts'

/**
 * All that a custom provider gets from the worker. It is handed over and not imported, because the worker and a file that is
 * loaded on demand must have the same classes.
 */
export const kit = {
  defineProvider,
  /** The one error of the worker, with a verdict and a scope. */
  SyncError,
  /** Tables as in the database, by their names in code. */
  tables,
  /** Readers of fields. */
  fields,
  /** A mapping from items to rows as data. */
  mapping: { mapping, at, derived, absent },
  /** Amounts in the minor unit of their currency. */
  money: { minorUnits, decimalMoney, currencyCode, digitsOf },
  /** Items of an answer with their bytes. */
  items: { Item, itemsIn, openAnswer },
  /** Requests: pinned addresses, a size limit and a deadline. */
  http: { openExchange, withMintedToken, causeCode, unanswered, retryAfterMs, sentenceOf, hostOf, isProviderBase },
  /** The name of an account with its mode. */
  inMode,
  /** Whether a status says that the provider failed, and not that it refused. */
  isProviderFault,
  joinSentences,
  redactSecrets,
} as const

export type Kit = typeof kit
