import { describe, expect, it } from 'vitest'
import { noTally, tallyBefore } from '../../../src/job/state/tally.ts'

const tally = { until: 100, listed: 7, months: {} }
const place = (part: string | null, cursor: string | null) => ({ part, cursor })

describe('the count of a list without times', () => {
  it('goes on with each page after the first', () => {
    expect(tallyBefore(tally, { beginsList: false }, place(null, 'next'))).toBe(tally)
    expect(tallyBefore(tally, { beginsList: false }, place('north', 'next'))).toBe(tally)
  })

  it('begins anew where the list starts over', () => {
    expect(tallyBefore(tally, { beginsList: true }, place(null, 'refused'))).toBeUndefined()
  })

  it('goes on with the first page of another part', () => {
    expect(tallyBefore(tally, { beginsList: true }, place('south', null))).toBe(tally)
  })

  it('is given up where one of several parts starts over: what that part had counted cannot be taken out', () => {
    expect(tallyBefore(tally, { beginsList: true }, place('south', 'refused'))).toBe(noTally)
  })
})
