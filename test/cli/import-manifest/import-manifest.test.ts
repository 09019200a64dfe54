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
      ],
    })
    const lines = report(translation).join('\n')
    for (const sentence of [
      '4 of 7 streams are translated',
      'the accessToken of a message is a JSON object with api_key, account',
      'not translated: a rule for an error that is told by its text: No data yet',
      'searches is not translated: its requests are POST with a body',
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
    expect(lists).toEqual(['customers', 'contacts', 'payments', 'links'])
    expect(rows).toEqual({ customers: 7, contacts: 14, payments: 7, links: 7 })
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
