import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { withMintedToken } from '../../src/http/minted-token.ts'

/** `status`: of each answer to an accepted token. `pass` lets seconds pass on the monotonic clock. */
function setup({ expiresIn = 32_400, status = 200 } = {}) {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const pass = (seconds: number) => vi.advanceTimersByTime(seconds * 1_000)
  const key = randomUUID()
  const accepted = new Set<string>()
  const seen = { mints: 0, asks: 0 }
  const use = () =>
    withMintedToken({
      key,
      async mint() {
        seen.mints++
        await new Promise((resolve) => setImmediate(resolve))
        const token = `token ${seen.mints}`
        accepted.add(token)
        return { token, expiresIn }
      },
      async ask(token) {
        seen.asks++
        return { token, status: accepted.has(token) ? status : 401 }
      },
      isRefused: ({ status }) => status === 401,
      lacksRights: ({ status }) => status === 403,
    })
  return { accepted, seen, use, pass }
}

describe('a minted token', () => {
  it('is minted once for all requests, also for those at the same time', async () => {
    const { seen, use } = setup()
    await Promise.all([use(), use(), use()])
    await use()
    expect(seen).toEqual({ mints: 1, asks: 4 })
  })

  it('is minted once more when it is refused in mid-list, by one of several requests', async () => {
    const { accepted, seen, use } = setup()
    await use()
    accepted.clear()
    const answers = await Promise.all([use(), use(), use()])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(seen.mints).toBe(2)
  })

  it('is not minted a third time for one request: the second refusal is the answer', async () => {
    const seen = { mints: 0 }
    const answer = await withMintedToken({
      key: randomUUID(),
      async mint() {
        seen.mints++
        return { token: 'none', expiresIn: 60 }
      },
      ask: async () => ({ status: 401 }),
      isRefused: ({ status }) => status === 401,
    })
    expect(answer.status).toBe(401)
    expect(seen.mints).toBe(2)
  })

  it('that ends after a few uses is minted again for each of many requests at the same time', async () => {
    const key = randomUUID()
    const left = new Map<string, number>()
    const use = () =>
      withMintedToken({
        key,
        async mint() {
          const token = `token ${left.size + 1}`
          left.set(token, 5)
          return { token, expiresIn: 600 }
        },
        async ask(token) {
          const uses = left.get(token) ?? 0
          left.set(token, uses - 1)
          await new Promise((resolve) => setImmediate(resolve))
          return { status: uses > 0 ? 200 : 401 }
        },
        isRefused: ({ status }) => status === 401,
      })
    const answers = await Promise.all(Array.from({ length: 14 }, use))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(left.size).toBe(3)
  })

  it.each([
    [300, 209, 212],
    [60, 29, 31],
    [2, 0.9, 1.1],
  ])('of %i seconds is used for %i and replaced before it expires', async (expiresIn, used, over) => {
    const { seen, use, pass } = setup({ expiresIn })
    await use()
    pass(used)
    await use()
    expect(seen.mints).toBe(1)
    pass(over - used)
    await use()
    expect(seen.mints).toBe(2)
  })

  it('that lacks a right is replaced if it is a minute old, and not for each refusal', async () => {
    const { seen, use, pass } = setup({ status: 403 })
    await use()
    await use()
    expect(seen).toEqual({ mints: 1, asks: 2 })
    pass(61)
    await use()
    await use()
    expect(seen).toEqual({ mints: 2, asks: 5 })
  })

  it('is asked for again after minting has failed', async () => {
    const key = randomUUID()
    const failing = {
      key,
      mint: () => Promise.reject(new Error('no network')),
      ask: async (token: string) => token,
      isRefused: () => false,
    }
    await expect(withMintedToken(failing)).rejects.toThrow('no network')
    expect(await withMintedToken({ ...failing, mint: async () => ({ token: 'new', expiresIn: 600 }) })).toBe('new')
  })
})
