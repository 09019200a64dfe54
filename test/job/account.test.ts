import { expect, it } from 'vitest'
import { isUnknown, type KnownAccount, recognise, refuseOther } from '../../src/job/account.ts'

const account = (name: string, credential: string | null): KnownAccount => ({
  account: name,
  credential,
  began: 7,
  adopted: null,
  seen: null,
  splits: null,
})
const known = [account('acct_A', 'hash_a'), account('acct_B', 'hash_b'), account('unknown', null)]

it('a credential that names its account is that account, known or new', () => {
  expect(recognise({ id: 'acct_B', credential: 'hash_a' }, known)).toBe(known[1])
  expect(recognise({ id: 'acct_C', credential: 'hash_a' }, known)).toEqual({
    account: 'acct_C',
    began: null,
    splits: null,
  })
})

it('a key is the account that it stood for, and otherwise the provider is asked', () => {
  expect(recognise({ id: null, credential: 'hash_b' }, known)).toBe(known[1])
  expect(recognise({ id: null, credential: 'hash_c' }, known)).toBeNull()
})

it('rows of 0.1.0 are of the account that is not known', () => {
  expect(known.map(isUnknown)).toEqual([false, false, true])
})

it('an account that the message does not name, or that the job did not begin with, is refused', () => {
  const refuse = (named: string | undefined, begunWith: string | null) => () =>
    refuseOther('acct_A:test', { named, begunWith })
  for (const fine of [refuse(undefined, null), refuse('acct_A', null), refuse(undefined, 'acct_A:test')])
    expect(fine).not.toThrow()
  expect(refuse('acct_B', null)).toThrow(
    'job: the message names account acct_B, and its credentials belong to acct_A:test.',
  )
  expect(refuse('acct_A', 'acct_A')).toThrow(
    'job: it began with account acct_A, and its credentials now belong to acct_A:test.',
  )
  expect(refuse('acct_B', null)).toThrowError(expect.objectContaining({ verdict: 'reject', code: 'account_mismatch' }))
})
