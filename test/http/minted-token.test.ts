import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { withMintedToken } from '../../src/http/minted-token.ts'

function setup({ expiresIn = 32_400 } = {}) {
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
        return { token, status: accepted.has(token) ? 200 : 401 }
      },
      isRefused: ({ status }) => status === 401,
    })
  return { accepted, seen, use }
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

  it('is replaced before it expires', async () => {
    const { seen, use } = setup({ expiresIn: 60 })
    await use()
    await use()
    expect(seen.mints).toBe(2)
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
