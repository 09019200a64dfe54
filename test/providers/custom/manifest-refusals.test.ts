import { describe, expect, it } from 'vitest'
import { openCustomProviders } from '../../../src/providers/index.ts'
import { providerOf, temporaryFile } from './example-manifest.ts'
import { resource, small } from './small-manifest.ts'

/** The sentence with which a manifest is refused. */
const refusal = (manifest: object) => {
  try {
    providerOf(JSON.stringify(manifest))
  } catch (error) {
    return error instanceof Error ? error.message : error
  }
  return undefined
}

describe('a manifest is refused, with its file, the place and what to do, if', () => {
  const cases: Readonly<Record<string, readonly [manifest: object, sentence: RegExp]>> = {
    'a field is misspelt': [
      resource({ pagging: 1 }),
      /example\.json: \/resources\/0 has fields that are not known: "pagging"/,
    ],
    'a field is missing': [{ ...small, auth: undefined }, /: \/auth .*(missing|must)/],
    'a table is not known': [
      resource({ table: 'custommers' }),
      /: \/resources\/0\/table must be "balance_transactions" or /,
    ],
    'a column is not known': [
      resource({ columns: { mail: '/email' } }),
      /: \/resources\/0\/columns\/mail "mail" is no column of customers\. Use email, /,
    ],
    'a reader does not fit its column': [
      resource({ columns: { email: { at: '/email', read: 'integer' } } }),
      /: \/resources\/0\/columns\/email the reader integer cannot fill a column of the type text/,
    ],
    'a parameter is for a body that is not sent': [
      resource({ paging: { type: 'cursor', parameter: '/page/cursor', next: '/next' } }),
      /: \/resources\/0 puts "\/page\/cursor" into the body of a request, and has no body\. Add "body": \{\}/,
    ],
    'tokens are made at an address that is not public': [
      { ...small, auth: { type: 'clientCredentials', url: 'http://10.0.0.1/token' } },
      /: \/auth\/url must be the https:\/\/ address of a public host/,
    ],
    'a reader is not known': [
      resource({ columns: { created_at: { at: '/since', read: 'datetime' } } }),
      /: \/resources\/0\/columns\/created_at fits no form: \/read must be "text" or "id" or .*"dateTime"/,
    ],
    'a pointer is none': [resource({ items: 'data' }), /: \/resources\/0\/items must be a JSON pointer/],
    'the owner is not said': [resource({ table: 'invoices' }), /: \/resources\/0\/owner is missing: say where/],
    'the address is not public': [
      { ...small, baseUrl: 'https://10.0.0.1/v1' },
      /: \/baseUrl must be the https:\/\/ address/,
    ],
    'the address is not https': [{ ...small, baseUrl: 'http://api.example.com' }, /: \/baseUrl must be the https/],
    'a window does not name its begin': [
      resource({ created: { at: '/created', parameters: { sort: 'asc' } } }),
      /: \/resources\/0\/created\/parameters must name the begin/,
    ],
    'a window names a place that is not known': [
      resource({ created: { at: '/created', parameters: { since: '{from}', until: '{until}' } } }),
      /: \/resources\/0\/created\/parameters\/until may have the places/,
    ],
    'windows have a longest length and no end': [
      resource({ created: { at: '/created', parameters: { since: '{from}' }, maxDays: 31 } }),
      /: \/resources\/0\/created\/maxDays needs historyDays too/,
    ],
    'two lists have one name': [
      { ...small, resources: [small.resources[0], small.resources[0]] },
      /: \/resources\/1\/name "customers" is the name of another list/,
    ],
    'a state is not known': [
      { ...small, states: { invoice: { due: 'unpaid' } } },
      /: \/states\/invoice\/due must be one of draft, /,
    ],
    'a kind of states is not known': [
      { ...small, states: { bill: {} } },
      /: \/states\/bill must be one of subscription, /,
    ],
    'one object cannot be named': [
      resource({ retrieve: { path: '/customers' } }),
      /: \/resources\/0\/retrieve\/path must have \{id\}/,
    ],
    'a nested list has no place': [
      resource({ nested: [{ name: 'contacts', owner: null }] }),
      /: \/resources\/0\/nested\/0 needs embedded, or a path/,
    ],
    'paging has no known type': [
      resource({ paging: { type: 'token' } }),
      /: \/resources\/0\/paging\/type must be a type/,
    ],
  }
  it.each(Object.entries(cases))('%s', (_, [manifest, sentence]) => {
    expect(refusal(manifest)).toMatch(sentence)
    expect(refusal(manifest)).toContain('docs/custom-providers.md')
  })

  const secret = 'q8Zk2Lw0xV7tR4nB1mY6'
  it.each([
    { ...small, auth: { type: 'bearer', token: secret } },
    { ...small, auth: { type: 'basic', username: '{accessToken}', password: secret } },
    { ...small, auth: { type: 'basic', username: '' } },
    { ...small, auth: { type: 'header', name: 'X-Key', value: secret } },
    { ...small, auth: { type: 'header', name: 'X-Key', value: `${secret}{accessToken}` } },
    { ...small, headers: { Authorization: 'Bearer x' } },
    { ...small, headers: { 'X-Version': secret } },
    { ...small, headers: { 'X-Version': `sk_live_${secret}` } },
    resource({ parameters: { api_key: 'abc' } }),
    { ...small, defaults: { parameters: { sig: secret } } },
    resource({ body: { query: { keys: [secret] } } }),
    resource({ body: { query: { api_key: 'abc' } } }),
    resource({ nested: [{ name: 'contacts', path: '/{id}', owner: null, parameters: { sig: secret } }] }),
    { ...small, auth: { type: 'clientCredentials', url: 'https://a.example.com/token', clientSecret: secret } },
    {
      ...small,
      auth: { type: 'clientCredentials', url: 'https://a.example.com/token', parameters: { api_key: secret } },
    },
  ])('a secret stands in it (%#), which the sentence does not repeat', (manifest) => {
    const sentence = refusal(manifest)
    expect(sentence).toMatch(/never stands in a manifest/)
    expect(sentence).not.toContain(secret)
  })

  it('its name is that of a built-in or another custom provider', async () => {
    const named = (name: string) => temporaryFile(`${name}.json`, JSON.stringify({ ...small, name }))
    const open = (...manifests: string[]) => openCustomProviders({ manifests, modules: [] })
    for (const files of [[named('stripe')], [named('shopify')], [named('acme'), named('acme')]])
      await expect(open(...files)).rejects.toMatchObject({
        code: 'invalid_custom_provider',
        message: expect.stringContaining('Give the manifest or module another name'),
      })
    expect((await open(named('acme'))).map(({ name }) => name)).toEqual(['acme'])
  })

  it('its file is not there, or is not JSON', async () => {
    const open = (path: string) => openCustomProviders({ manifests: [path], modules: [] })
    await expect(open('none.json')).rejects.toMatchObject({ message: expect.stringContaining('Providers.Manifests') })
    const file = temporaryFile('broken.json', '{')
    await expect(open(file)).rejects.toMatchObject({ message: expect.stringMatching(/broken\.json: it is not JSON/) })
  })
})
