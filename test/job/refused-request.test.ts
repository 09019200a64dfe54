import { describe, expect, it } from 'vitest'
import { parseRequest } from '../../src/job/request.ts'
import { type Case, defaults, named, read, said, text, token } from './request-messages.ts'

const withData = (additionalData: unknown) => text({ ...named, accessToken: token, additionalData })

const knownKeys = 'Use keys of jobId, tenantId, providerName, account, accessToken, additionalData'

const knownData = 'Use keys of syncType, batchSize, forceRefresh, dryRun, resources'

describe('a message whose job can be named but not done', () => {
  const batch = 'additionalData.batchSize must be a whole number from 1 to 100, found'
  const type = 'additionalData.syncType must be "full" or "incremental", found'
  const cases: Record<string, Case> = {
    'unknown key': [text({ ...named, priority: 1 }), `the key "priority" is not known. ${knownKeys}`],
    'misspelt token': [text({ ...named, accesToken: token }), `the key "accesToken" is not known. ${knownKeys}`],
    'underscore before a key': [
      text({ ...named, _accessToken: token }),
      `the key "_accessToken" is not known. ${knownKeys}`,
    ],
    'the key __proto__': [
      `{"__proto__":{"accessToken":"${token}"},${text(named).slice(1)}`,
      `the key "__proto__" is not known. ${knownKeys}`,
    ],
    'the key constructor': [
      `{"constructor":{"prototype":{}},${text(named).slice(1)}`,
      `the key "constructor" is not known. ${knownKeys}`,
    ],
    'a key for a key': [text({ ...named, rk_test_canary5Fh2: 1 }), `the key "[secret]" is not known. ${knownKeys}`],
    'a long key': [text({ ...named, [token.repeat(3)]: 1 }), `the key of 45 characters is not known. ${knownKeys}`],
    'token a number': [text({ ...named, accessToken: 5_550_123 }), 'accessToken must be text, found a number'],
    'token true': [text({ ...named, accessToken: true }), 'accessToken must be text, found a boolean'],
    'token an object': [text({ ...named, accessToken: { value: token } }), 'accessToken must be text, found an object'],
    'token a list': [text({ ...named, accessToken: [token] }), 'accessToken must be text, found a list'],
    'token long': [
      text({ ...named, accessToken: token.repeat(1_000) }),
      'accessToken must be text of at most 10000 characters, found a string',
    ],
    'additionalData text': [withData('full'), 'additionalData must be an object, found "full"'],
    'additionalData a number': [withData(5), 'additionalData must be an object, found 5'],
    'additionalData a list': [withData([{}]), 'additionalData must be an object, found a list'],
    'unknown option': [withData({ wetRun: true }), `additionalData: the key "wetRun" is not known. ${knownData}`],
    '__proto__ option': [
      `{"additionalData":{"__proto__":{"batchSize":5}},${text(named).slice(1)}`,
      `additionalData: the key "__proto__" is not known. ${knownData}`,
    ],
    'option in two spellings': [
      withData({ batchSize: 5, batch_size: 6 }),
      'additionalData: batchSize is given twice, in two spellings',
    ],
    'option twice': [
      `{"additionalData":{"batch_size":5,"batch_size":6},${text(named).slice(1)}`,
      'the key "batch_size" is given twice',
    ],
    'token twice': [
      `{"accessToken":"a","accessToken":"${token}",${text(named).slice(1)}`,
      'the key "accessToken" is given twice',
    ],
    'token in two spellings': [
      text({ ...named, accessToken: token, AccessToken: token }),
      'accessToken is given twice, in two spellings',
    ],
    'a name that every object has, twice': [
      `{"constructor":1,"constructor":2,${text(named).slice(1)}`,
      'the key "constructor" is given twice. the key "constructor" is not known. Use keys of jobId, tenantId, providerName, account, accessToken, additionalData',
    ],
    'batch_size 0': [withData({ batch_size: 0 }), `${batch} 0`],
    'batch_size 101': [withData({ batch_size: 101 }), `${batch} 101`],
    'batch_size 1.5': [withData({ batch_size: 1.5 }), `${batch} 1.5`],
    'batch_size "50"': [withData({ batch_size: '50' }), `${batch} "50"`],
    'batch_size true': [withData({ batch_size: true }), `${batch} true`],
    'batch_size huge': [`{"additionalData":{"batch_size":1e999},${text(named).slice(1)}`, `${batch} Infinity`],
    'sync_type of no kind': [withData({ sync_type: 'nightly' }), `${type} "nightly"`],
    'sync_type a number': [withData({ sync_type: 1 }), `${type} 1`],
    'sync_type empty': [withData({ sync_type: '' }), `${type} ""`],
    'force_refresh text': [
      withData({ force_refresh: 'yes' }),
      'additionalData.forceRefresh must be true or false, found "yes"',
    ],
    'force_refresh 1': [withData({ force_refresh: 1 }), 'additionalData.forceRefresh must be true or false, found 1'],
    'resources empty': [
      withData({ resources: [] }),
      'additionalData.resources must be a list of at least one name of a resource, found an empty list',
    ],
    'resources text': [
      withData({ resources: 'customers' }),
      'additionalData.resources must be a list of names of resources, found "customers"',
    ],
    'resources of other things': [
      withData({ resources: ['customers', 5, null] }),
      'additionalData.resources.1 must be the name of a resource, found 5. additionalData.resources.2 must be the name of a resource, found null',
    ],
  }
  it.each(Object.entries(cases))('fails the job with a sentence: %s', (_, [body, sentence]) => {
    const parsed = parseRequest(body)
    expect(said(parsed)).toEqual({
      kind: 'invalid',
      code: 'invalid_request',
      message: `request: ${sentence}. Correct the message, and send it with a new jobId.`,
    })
    expect(parsed).toMatchObject({ request: { ...named, additionalData: defaults } })
    expect(parsed.kind === 'invalid' && parsed.request.accessToken).toBe(undefined)
  })

  it('lists ten problems at most', () => {
    const wrong = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, 1]))
    const { message } = read(text({ ...named, ...wrong })) as { message: string }
    expect(message.split('. Use keys of')).toHaveLength(11)
  })
})
