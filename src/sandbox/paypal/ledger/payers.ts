import { pick, randomStream, seedFor } from '../../server/random.ts'
import { firstNames, lastNames } from '../../server/sample-text.ts'
import { idText, payerAlphabet } from '../id-text.ts'
import type { Fields } from '../paypal-object.ts'

/** A person or a company that pays. PayPal lists no payers: they are seen in what they do. */
export interface Payer {
  /** Undefined for a guest, who is known by the address alone. */
  readonly id: string | undefined
  readonly email: string
  readonly givenName: string
  readonly surname: string
  readonly country: string
}

export function payerAt(seed: number, n: number): Payer {
  const random = randomStream(seedFor(seedFor(seed, 'payers'), n))
  const isGuest = n % 7 === 3
  return {
    id: isGuest ? undefined : idText(seedFor(seed, 'payer ids'), n, 13, payerAlphabet),
    email: `payer.${n}@example.com`,
    givenName: pick(random, firstNames),
    surname: pick(random, lastNames),
    country: pick(random, countries),
  }
}

/** As a transaction shows it. A guest types the address in capitals now and then: it is the same guest. */
export function payerInfo(payer: Payer, capitals: boolean): Fields {
  const { id, email, givenName, surname, country } = payer
  return {
    ...(id === undefined ? {} : { account_id: id }),
    email_address: id === undefined && capitals ? email.replace('payer', 'Payer').replace('example', 'Example') : email,
    address_status: 'Y',
    payer_status: id === undefined ? 'N' : 'Y',
    payer_name: { given_name: givenName, surname, alternate_full_name: `${givenName} ${surname}` },
    country_code: country,
  }
}

const countries = ['DE', 'US', 'GB', 'JP', 'KW', 'FR', 'BR', 'C2'] as const
