import { readFileSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Config } from '../config.ts'
import { SyncError } from '../errors.ts'

/** The SSL mode as the driver's options; `Prefer` asks the server. @throws SyncError `no_database` for an unreadable certificate */
export async function tlsOptions({
  sslMode,
  host,
  port,
  rootCertificate,
}: NonNullable<Config['database']>): Promise<false | ConnectionOptions> {
  switch (sslMode) {
    case 'disable':
    case 'allow':
      return false
    case 'prefer':
      return (await speaksTls(host, port)) ? { rejectUnauthorized: false } : false
    case 'require':
      return { rejectUnauthorized: false }
    case 'verifyca':
      return { ...authority(rootCertificate), rejectUnauthorized: true, checkServerIdentity: () => undefined }
    case 'verifyfull':
      return { ...authority(rootCertificate), rejectUnauthorized: true }
  }
}

function authority(path: string | undefined): { ca?: string } {
  if (!path) return {}
  try {
    return { ca: readFileSync(path, 'utf8') }
  } catch (cause) {
    throw new SyncError('retry', 'no_database', `config: the Root Certificate "${path}" cannot be read`, { cause })
  }
}

/** Sends Postgres's SSLRequest; the server answers S or N. False when it cannot be reached: connecting will say why. */
function speaksTls(host: string, port: number): Promise<boolean> {
  if (host.startsWith('/')) return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port, timeout: 5_000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])))
    socket.on('data', (answer) => end(answer[0] === 0x53))
    socket.on('error', () => end(false))
    socket.on('timeout', () => end(false))
    socket.on('close', () => end(false))
  })
}
