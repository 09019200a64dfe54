/** An access token that stands for other credentials for a while. */
export interface MintedToken {
  readonly token: string
  /** Seconds for which the provider accepts it. */
  readonly expiresIn: number
}

interface Minting<Answer> {
  /** A keyed hash of the credentials: the same credentials share a token. */
  readonly key: string
  /** Asks the provider for a token. Called when one is first needed, and again after it has expired or was refused. */
  mint(): Promise<MintedToken>
  /** Makes the request with a token. */
  ask(token: string): Promise<Answer>
  /** Whether the answer says that the token is not accepted. */
  isRefused(answer: Answer): boolean
  /** Whether the token may lack rights that the credentials were given after it was minted. Absent: no answer says so. */
  lacksRights?(answer: Answer): boolean
}

interface TokenEntry {
  readonly token: Promise<string>
  /** In milliseconds of the monotonic clock. */
  readonly mintedAt: number
  /** In milliseconds of the monotonic clock; Infinity while it is being minted. */
  renewAt: number
  /** Whether a request was answered with it. */
  wasAccepted: boolean
}

/** The tokens of this process by the keys of their credentials. */
const tokens = new Map<string, TokenEntry>()
const keptAtMost = 1_000
/**
 * How long before its expiry a token is replaced, in milliseconds. A request may take a minute. A provider that gives the
 * same token again near its end would be asked for it with each request, so that it is used for half of its time at least.
 */
const marginMs = 90_000
/** Rights that were granted less than so many milliseconds ago are not looked for: each refusal would mint a token. */
const youngMs = 60_000

/** The most tokens that one request is made with. */
const tokensAtMost = 4

/**
 * Makes a request with a minted token. A refused token is replaced once, whatever its age: the provider may have revoked it.
 * It is replaced again where others were answered with it before: it has ended since, as where a provider ends each token
 * when another process mints one. A token that lacks a right is replaced unless it is new.
 * @throws what `mint` and `ask` throw
 */
export async function withMintedToken<Answer>({
  key,
  mint,
  ask,
  isRefused,
  lacksRights = () => false,
}: Minting<Answer>): Promise<Answer> {
  for (let used = 1; ; used++) {
    const entry = tokenFor(key, mint)
    const answer = await ask(await entry.token)
    const hasEnded = isRefused(answer) && (used === 1 || entry.wasAccepted)
    if (!isRefused(answer)) entry.wasAccepted = true
    const isOld = performance.now() - entry.mintedAt > youngMs
    const mayLack = used === 1 && isOld && lacksRights(answer)
    if (used === tokensAtMost || !(hasEnded || mayLack)) return answer
    if (tokens.get(key) === entry) tokens.delete(key)
  }
}

function tokenFor(key: string, mint: () => Promise<MintedToken>): TokenEntry {
  const known = tokens.get(key)
  if (known && performance.now() < known.renewAt) return known
  const minted = mint()
  const entry: TokenEntry = {
    token: minted.then(({ token }) => token),
    mintedAt: performance.now(),
    renewAt: Number.POSITIVE_INFINITY,
    wasAccepted: false,
  }
  tokens.delete(key)
  tokens.set(key, entry)
  for (const oldest of tokens.keys()) {
    if (tokens.size <= keptAtMost) break
    tokens.delete(oldest)
  }
  minted.then(
    ({ expiresIn }) => {
      const lifeMs = expiresIn * 1_000
      entry.renewAt = performance.now() + Math.max(0, lifeMs - Math.min(marginMs, lifeMs / 2))
    },
    () => {
      if (tokens.get(key) === entry) tokens.delete(key)
    },
  )
  return entry
}
