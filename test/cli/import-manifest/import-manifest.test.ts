import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importManifest, report, translateFile } from '../../../src/cli/import-manifest.ts'
import type { Terminal } from '../../../src/cli/terminal.ts'
import { temporaryFile } from '../../providers/custom/example-manifest.ts'
import { runTranslation } from './run-translation.ts'

const ledger = 'test/cli/import-manifest/ledger.yaml'

describe('a declarative manifest', () => {
  it('becomes a manifest of the worker, with what is left out and lost in words', () => {
    const translation = translateFile(ledger, 'ledger')
    expect(translation.manifest).toEqual({
      $schema: 'manifest.schema.json',
      name: 'ledger',
      baseUrl: 'https://api.ledger.example/v1',
      auth: { type: 'bearer', token: '{accessToken.api_key}' },
      identity: { account: '{accessToken.account}' },
      headers: { 'Ledger-Version': '2026-01-01' },
      errors: { rules: [{ status: [400, 403, 404, 422], at: '/code', is: ['not_enabled'], code: 'not_available' }] },
      resources: [
        {
          name: 'customers',
          path: '/customers',
          items: '/customers',
          parameters: { sort: 'updated_at' },
          pageSize: { parameter: 'limit', most: 3 },
          paging: { type: 'cursor', parameter: 'after', next: '/meta/next' },
          updated: {
            at: '/updated_at',
            read: 'unixSeconds',
            format: 'unixSeconds',
            parameters: { 'updated_at[between]': '[{from},{to-1}]' },
            parametersWithoutEnd: { 'updated_at[between]': '[{from},{from+3153600000}]' },
          },
          owner: null,
          nested: [
            {
              name: 'contacts',
              path: '/customers/{id}/contacts',
              items: '/contacts',
              owner: { about: ['parent_id'] },
            },
          ],
        },
        {
          name: 'payments',
          path: '/payments',
          items: '/data',
          item: '/payment',
          pageSize: { parameter: 'size', most: 3 },
          paging: { type: 'page', parameter: 'page', first: 1 },
          id: '/details/number',
          created: {
            at: '/created_at',
            format: 'rfc3339',
            parameters: { begin: '{from}', end: '{to-1}' },
            lagSeconds: 93_600,
          },
          owner: null,
        },
        {
          name: 'links',
          path: '/links',
          items: '/links',
          paging: { type: 'link', next: '/next' },
          created: { at: '/created_at', parameters: { 'created_at[gte]': '{from}' } },
          owner: null,
        },
        {
          name: 'searches',
          path: '/search',
          items: '/searches',
          body: { kinds: ['invoice'], with_notes: false, depth: 2 },
          pageSize: { parameter: '/size', most: 3 },
          paging: { type: 'cursor', parameter: '/cursor', next: '/next' },
          updated: {
            at: '/changed_at',
            format: 'rfc3339',
            parameters: { '/filter/changed/since': '{from}', '/until': '{to-1}' },
          },
          owner: null,
          nested: [
            {
              name: 'found_notes',
              path: '/notes/search',
              items: '/found_notes',
              body: {},
              parameters: { '/searches/0': '{id}' },
              owner: { about: ['parent_id'] },
            },
          ],
        },
      ],
    })
    const lines = report(translation).join('\n')
    for (const sentence of [
      '6 of 9 streams are translated',
      'the accessToken of a message is a JSON object with api_key, account',
      'not translated: a rule for an error that is told by its text: No data yet',
      'rewrites is not translated: its requests are PUT',
      'left out: the parameter /secret_ones (a setting of the user), which is computed',
      'loss: the original asks for one page only: add paging if the API has more',
      'balance is not translated: an answer is one object and no list',
      'details is not translated: the stream of its parent is not translated',
      'left out: the parameter computed, which is computed',
      'left out: its filter of records',
      'left out: the fields that it adds (customer_id)',
      'loss: the cursor is the time of creation: changes of older objects are never seen',
      'loss: the original reads up to its own clock and looks back by no time',
      'loss: the original never sees that an object is deleted',
      'loss: an incremental job reads such a list only when the object that has it has changed',
    ])
      expect(lines).toContain(sentence)
  })

  it('runs: a full and an incremental job read every list that was translated', async () => {
    const { jobs, lists, rows } = await runTranslation(ledger, 'ledger')
    expect(jobs).toMatchObject(jobs.map(() => ({ status: 'completed', error: null })))
    expect(lists).toEqual(['customers', 'contacts', 'payments', 'links', 'searches', 'found_notes'])
    expect(rows).toEqual({ customers: 7, contacts: 14, payments: 7, links: 7, searches: 7, found_notes: 14 })
  })

  it('gets tokens for the id and secret of a client, and never with a refresh token', () => {
    const authOf = (authenticator: object) => {
      const requester = { url_base: 'https://api.example.com', path: '/a', authenticator }
      const extractor = { field_path: ['data'] }
      const stream = { name: 'a', retriever: { requester, record_selector: { extractor } } }
      const { manifest, remarks } = translateFile(temporaryFile('a.json', JSON.stringify({ streams: [stream] })), 'a')
      return { auth: manifest.auth, remarks: remarks.join('\n') }
    }
    const client = {
      type: 'OAuthAuthenticator',
      token_refresh_endpoint: 'https://login.example.com/token',
      client_id: "{{ config['client_id'] }}",
      client_secret: "{{ config['client_secret'] }}",
    }
    expect(
      authOf({ ...client, grant_type: 'client_credentials', scopes: ['a', 'b'], access_token_name: 'jwt' }),
    ).toEqual({
      auth: {
        type: 'clientCredentials',
        url: 'https://login.example.com/token',
        clientId: '{accessToken.client_id}',
        clientSecret: '{accessToken.client_secret}',
        credentialsIn: 'form',
        parameters: { scope: 'a b' },
        token: '/jwt',
      },
      remarks: expect.not.stringContaining('authentication'),
    })
    expect(authOf({ ...client, refresh_token: "{{ config['refresh_token'] }}" })).toEqual({
      auth: { type: 'bearer', token: '{accessToken.token}' },
      remarks: expect.stringContaining('the authentication (it is OAuthAuthenticator)'),
    })
  })

  it('is written to a file that was not there, and nothing is written of a file that is no manifest', async () => {
    const printed: string[] = []
    const terminal = { print: (line: string) => void printed.push(line) } as unknown as Terminal
    const out = join(temporaryFile('x', ''), '..', 'ledger.json')
    expect(await importManifest.run([ledger, '--out', out], terminal)).toBe(0)
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ name: 'ledger' })
    expect(printed.at(-1)).toContain(`${out} is written`)
    await expect(importManifest.run([ledger, '--out', out], terminal)).rejects.toThrow('EEXIST')
    await expect(importManifest.run([temporaryFile('a.yaml', 'a: 1')], terminal)).rejects.toThrow('has no streams')
    const circle = temporaryFile('b.yaml', 'streams: ["#/definitions/a"]\ndefinitions: { a: "#/definitions/a" }')
    await expect(importManifest.run([circle], terminal)).rejects.toThrow('leads to itself')
    await expect(importManifest.run([], terminal)).rejects.toThrow('takes one FILE')
  })
})
