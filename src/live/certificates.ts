import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'

/** Certificates that providers sign events with. */
export interface Certificates {
  /**
   * The certificate at an address of the provider in PEM. Null if its chain does not lead to an authority that Node trusts,
   * or if it was not valid at `at`. @throws SyncError if it cannot be fetched
   */
  open(url: URL, at: Date): Promise<string | null>
}

export interface CertificateDeps {
  /** Fetches the chain in PEM, without following redirects; null if there is none at the address. @throws SyncError */
  fetch(url: URL): Promise<string | null>
  /** Milliseconds. */
  now(): number
  /** The authorities, in PEM. Absent: those of Node. */
  readonly roots?: readonly string[]
}

/** A certificate never changes under its address. One that is missing may be there a minute later. */
const knownMs = 86_400_000
const missingMs = 60_000
const mostRemembered = 100

export function createCertificates({ fetch, now, roots = rootCertificates }: CertificateDeps): Certificates {
  const remembered = new Map<string, { readonly chain: Promise<readonly X509Certificate[]>; until: number }>()
  const fetchChain = async (url: URL) => {
    const chain = chainOf(await fetch(url))
    return leadsToRoot(chain, roots) ? chain : []
  }
  return {
    async open(url, at) {
      const known = remembered.get(url.href)
      const entry = known && known.until > now() ? known : { chain: fetchChain(url), until: now() + knownMs }
      remembered.delete(url.href)
      remembered.set(url.href, entry)
      for (const oldest of remembered.keys()) {
        if (remembered.size <= mostRemembered) break
        remembered.delete(oldest)
      }
      try {
        const chain = await entry.chain
        if (chain.length === 0) entry.until = Math.min(entry.until, now() + missingMs)
        const isValid = chain.every(
          ({ validFrom, validTo }) => Date.parse(validFrom) <= +at && +at <= Date.parse(validTo),
        )
        return isValid ? (chain[0]?.toString() ?? null) : null
      } catch (error) {
        remembered.delete(url.href)
        throw error
      }
    },
  }
}

function chainOf(pem: string | null): readonly X509Certificate[] {
  const parts = pem?.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  try {
    return parts.slice(0, 10).map((part) => new X509Certificate(part))
  } catch {
    return []
  }
}

/** Whether each certificate is issued by the next, and the last by an authority. An authority signs for others and not itself. */
function leadsToRoot(chain: readonly X509Certificate[], roots: readonly string[]): boolean {
  const last = chain.at(-1)
  const [leaf] = chain
  if (!last || !leaf || leaf.ca) return false
  const isLinked = chain.every((certificate, at) => {
    const issuer = chain[at + 1]
    return !issuer || (issuer.ca && isIssued(certificate, issuer))
  })
  return isLinked && roots.some((root) => isRootOf(last, new X509Certificate(root)))
}

const isRootOf = (last: X509Certificate, root: X509Certificate) =>
  last.fingerprint256 === root.fingerprint256 || isIssued(last, root)

const isIssued = (certificate: X509Certificate, issuer: X509Certificate) =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
