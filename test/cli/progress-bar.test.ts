import { Writable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { openProgressBar } from '../../src/cli/progress-bar.ts'
import { type ResourceShown, resourceLines, totalLine } from '../../src/cli/progress-lines.ts'
import { totalShare } from '../../src/job/state/total-share.ts'
import { renderTerminal } from './program.ts'

const resource = (index: number, share: number): ResourceShown => ({
  name: `r${index}`,
  fetched: share > 0 ? 10 : 0,
  share,
})
const thirty = (share: (index: number) => number) =>
  Array.from({ length: 30 }, (_, index) => resource(index, share(index)))

function screen(rows: number) {
  let text = ''
  const out = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        text += chunk
        done()
      },
    }),
    { isTTY: true, rows, columns: 80 },
  )
  return { out, shown: () => renderTerminal(text), written: () => text }
}

test('thirty resources are redrawn in place on a terminal of 24 rows', () => {
  vi.useFakeTimers()
  const { out, shown } = screen(24)
  const bar = openProgressBar(out)
  for (let round = 0; round < 20; round++) {
    bar.show({ fetched: round, share: 0.5, resources: thirty((index) => Math.min(1, (round + index) / 40)) })
    vi.advanceTimersByTime(100)
    expect(shown().length).toBeLessThan(24)
  }
  bar.end(true)
  vi.useRealTimers()
  expect(shown()).toEqual([expect.stringMatching(/^ {2}█{24} 100 % {3}19 rows/), ''])
})

test('rows that are marked as deleted are counted in the total line, and not mentioned while there is none', () => {
  const shown = { fetched: 3_930, requests: 720, share: null }
  expect(totalLine({ ...shown, deleted: 1_696 }, 10)).toMatch(/393 rows\/s {3}1,696 deleted {3}720 requests/)
  expect(totalLine({ ...shown, deleted: 0 }, 10)).toMatch(/393 rows\/s {3}720 requests/)
})

test('what the job waits for is below the total, in lines that the terminal takes, until the bar ends', () => {
  vi.useFakeTimers()
  const { out, shown } = screen(24)
  const bar = openProgressBar(out)
  const note = `Waiting since 12:00:00 (rate_limited). stripe: too many requests. ${'It is long. '.repeat(40)}`
  bar.show({ fetched: 5, share: 0.5, resources: thirty(() => 0.5), note })
  vi.advanceTimersByTime(100)
  expect(shown()).toHaveLength(23)
  expect(shown().at(-4)).toMatch(/^ {2}█{12}░{12} {2}50 % /)
  expect(shown().at(-3)).toMatch(/^ {2}Waiting since 12:00:00 \(rate_limited\)\. stripe: too many requests\. /)
  expect(shown().every((line) => line.length < 80)).toBe(true)
  bar.show({ note: '' })
  vi.advanceTimersByTime(100)
  expect(shown().join()).not.toContain('Waiting')
  bar.show({ note })
  bar.end(false)
  vi.useRealTimers()
  expect(shown().join()).not.toContain('Waiting')
})

test('resources being read are shown first, in their own order, and the others are counted', () => {
  const lines = resourceLines(
    thirty((index) => (index < 10 ? 1 : index < 20 ? 0.5 : 0)),
    12,
  )
  expect(lines).toHaveLength(12)
  expect(lines.map((line) => line.trim().split(' ')[0])).toEqual([
    ...Array.from({ length: 11 }, (_, at) => `r${at + 10}`),
    '…',
  ])
  expect(lines.at(-1)).toBe('  … and 10 done, 9 to come')
})

test('the total is a guess until each resource has brought its first page', () => {
  expect(totalShare([resource(1, 0.5), resource(2, 0)])).toBe(null)
  expect(totalShare([])).toBe(null)
  expect(totalShare([resource(1, 0.5), { name: 'empty', fetched: 0, share: 1 }])).toBe(0.5)
  expect(totalShare([resource(1, 1), resource(2, 1)])).toBe(1)
  expect(totalLine({ fetched: 5, share: null }, 1)).toContain('estimating')
  expect(totalLine({ fetched: 5, share: 0.999 }, 1)).toContain(' 99 %')
})

test('what was not completed does not end at 100 %', () => {
  const { out, written } = screen(24)
  const bar = openProgressBar(out)
  bar.show({ fetched: 5, share: 0.5 })
  bar.end(false)
  expect(written()).toMatch(/50 % .*\n$/)
})
