import { existsSync, readFileSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { resolve } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import type { Config } from '../config/load.ts'
import { SyncError } from '../errors.ts'

/** How the driver connects: in plain text, or with TLS and these options. */
export type Tls = false | ConnectionOptions

/** What is encrypted without looking at the certificate. */
export const unchecked = { rejectUnauthorized: false } satisfies Tls

/**
 * The SSL mode as the driver's options. `Prefer` asks the server, and is null if there is no answer.
 * @throws SyncError `no_database` for an unreadable certificate
 */
export async function tlsOptions({
  sslMode,
  host,
  port,
  rootCertificate,
}: NonNullable<Config['database']>): Promise<Tls | null> {
  switch (sslMode) {
    case 'disable':
    case 'allow':
      return false
    case 'prefer': {
      const speaks = await speaksTls(host, port)
      return speaks === null ? null : speaks && unchecked
    }
    case 'require':
      return unchecked
    case 'verifyca':
      return { ...authority(rootCertificate), rejectUnauthorized: true, checkServerIdentity: () => undefined }
    case 'verifyfull':
      return { ...authority(rootCertificate), rejectUnauthorized: true }
  }
}

function authority(path: string | undefined): { ca?: string } {
  if (!path) return {}
  const ca = readCertificate(path)
  // Without a certificate in it the system's authorities would be trusted instead.
  if (ca.includes('-----BEGIN CERTIFICATE-----')) return { ca }
  throw new SyncError(
    'retry',
    'no_database',
    `config: the Root Certificate "${path}" holds no certificate in PEM. Put the authority's certificate into it.`,
  )
}

/** A relative path is one from the current directory, or from where the worker's bundle is, as in Lambda. */
function readCertificate(path: string): string {
  const [here, besides] = [resolve(path), resolve(import.meta.dirname, path)]
  try {
    return readFileSync(existsSync(here) ? here : besides, 'utf8')
  } catch (cause) {
    const places = here === besides ? here : `${here} or ${besides}`
    const message = `config: the Root Certificate cannot be read at ${places}. Correct its path in ConnectionStrings.DefaultConnection.`
    throw new SyncError('retry', 'no_database', message, { cause })
  }
}

/** Sends Postgres's SSLRequest; the server answers S or N. Null if it cannot be reached: connecting will say why. */
function speaksTls(host: string, port: number): Promise<boolean | null> {
  if (host.startsWith('/')) return Promise.resolve(false)
  return new Promise((answered) => {
    const socket = connectSocket({ host, port, timeout: 5_000 })
    const end = (answer: boolean | null) => {
      socket.destroy()
      answered(answer)
    }
    socket.on('connect', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])))
    socket.on('data', (answer) => end(answer[0] === 0x53))
    socket.on('error', () => end(null))
    socket.on('timeout', () => end(null))
    socket.on('close', () => end(null))
  })
}
