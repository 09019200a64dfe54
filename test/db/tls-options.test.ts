import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Config } from '../../src/config/load.ts'
import { certificateFailure } from '../../src/db/certificate.ts'
import { configured, connect, createPool } from '../../src/db/connection.ts'
import { tlsOptions } from '../../src/db/tls.ts'

type Settings = NonNullable<Config['database']>
const settings = (sslMode: Settings['sslMode'], more: Partial<Settings> = {}) =>
  ({ host: '127.0.0.1', port: 1, database: 'billing', user: 'worker', password: 'p', sslMode, ...more }) as Settings

/** A server that answers each connection with these bytes; or hangs up. */
async function serve(answer: string | null) {
  const asked: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      asked.push(data)
      if (answer === null) socket.destroy()
      else socket.write(answer)
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { asked, server, port: (server.address() as { port: number }).port }
}

function certificate(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'billing-sync-tls-options-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'root.pem'), content)
  return join(folder, 'root.pem')
}

describe('how the driver connects', () => {
  it('is in plain text where TLS is disabled or only allowed, and over a socket of the file system', async () => {
    expect(await tlsOptions(settings('disable'))).toBe(false)
    expect(await tlsOptions(settings('allow'))).toBe(false)
    expect(await tlsOptions(settings('prefer', { host: '/var/run/postgresql' }))).toBe(false)
  })

  it('is what the server answers where TLS is preferred; without an answer it is not known', async () => {
    const [yes, no, none] = [await serve('S'), await serve('N'), await serve(null)]
    expect(await tlsOptions(settings('prefer', { port: yes.port }))).toEqual({ rejectUnauthorized: false })
    expect(await tlsOptions(settings('prefer', { port: no.port }))).toBe(false)
    expect(await tlsOptions(settings('prefer', { port: none.port }))).toBeNull()
    expect(yes.asked).toEqual([Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])])
  })

  it('is with TLS where it is required, and looks at the certificate where that is to be verified', async () => {
    expect(await tlsOptions(settings('require'))).toEqual({ rejectUnauthorized: false })
    expect(await tlsOptions(settings('verifyfull'))).toEqual({ rejectUnauthorized: true })
    const ca = '-----BEGIN CERTIFICATE-----\nx'
    const rootCertificate = certificate(ca)
    expect(await tlsOptions(settings('verifyfull', { rootCertificate }))).toEqual({ ca, rejectUnauthorized: true })
    const options = await tlsOptions(settings('verifyca', { rootCertificate }))
    expect(options).toMatchObject({ ca, rejectUnauthorized: true })
    expect((options as ConnectionOptions).checkServerIdentity?.('other', {} as never)).toBeUndefined()
    expect(Object.keys(options as ConnectionOptions)).toContain('checkServerIdentity')
  })

  it('needs a root certificate that can be read and holds one', async () => {
    await expect(tlsOptions(settings('verifyca', { rootCertificate: certificate('x') }))).rejects.toMatchObject({
      code: 'no_database',
      message: expect.stringMatching(/holds no certificate in PEM/),
    })
    const absolute = '/nowhere/root.pem'
    await expect(tlsOptions(settings('verifyca', { rootCertificate: absolute }))).rejects.toMatchObject({
      code: 'no_database',
      message: expect.stringMatching(/cannot be read at \/nowhere\/root\.pem\. /),
    })
    await expect(tlsOptions(settings('verifyca', { rootCertificate: 'nowhere.pem' }))).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be read at \/.*nowhere\.pem or \/.*nowhere\.pem\. /),
    })
  })
})

describe('a pool', () => {
  const open = async (more: Partial<Settings>) => {
    const pool = await createPool(settings('prefer', more), 'test', 1)
    onTestFinished(() => pool.end())
    return pool
  }

  it('keeps no finished process alive, and notices a connection that is half open', async () => {
    const { options } = await open({ port: (await serve('N')).port })
    expect(options).toMatchObject({ allowExitOnIdle: true, keepAlive: true, max: 1, ssl: false })
  })

  it('connects with TLS until its server has said whether it speaks TLS', async () => {
    const { port, server } = await serve('N')
    server.close()
    const pool = await open({ port })
    expect(pool.options.ssl).toEqual({ rejectUnauthorized: false })
    const back = createServer((socket) => socket.on('data', () => socket.write('N'))).listen(port, '127.0.0.1')
    onTestFinished(() => void back.close())
    await expect.poll(() => pool.options.ssl).toBe(false)
  })

  it('asks a server that is away twice a second, and keeps no process alive with it', async () => {
    const { port, asked } = await serve(null)
    const began = performance.now()
    await open({ port })
    await expect.poll(() => asked.length).toBeGreaterThan(2)
    expect(performance.now() - began).toBeGreaterThan(900)
    const script = `import { createPool } from './src/db/connection.ts'
      await createPool({ host: '127.0.0.1', port: ${port}, sslMode: 'prefer' }, 'test', 1)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('is not opened by a connection that fails', async () => {
    const { port, server } = await serve('N')
    server.close()
    await expect(connect(settings('disable', { port }), 'test')).rejects.toThrow(/ECONNREFUSED/)
  })

  it('asks a server that answers once', async () => {
    const { port, asked } = await serve('S')
    expect((await open({ port })).options.ssl).toEqual({ rejectUnauthorized: false })
    expect(asked).toHaveLength(1)
  })

  it('needs a connection string', () => {
    expect(() => configured(undefined, 'retry')).toThrow(
      expect.objectContaining({ code: 'no_database', verdict: 'retry' }),
    )
    expect(configured(settings('disable'), 'retry')).toEqual(settings('disable'))
  })
})

describe('a certificate that is refused', () => {
  const failure = (message: string, code?: unknown) =>
    certificateFailure(Object.assign(new Error(message), code !== undefined && { code }))

  it('is told from the code of the error, and a server without TLS from its words', () => {
    expect(failure('x', 'CERT_HAS_EXPIRED')).toMatchObject({ message: expect.stringMatching(/has expired/) })
    expect(failure('The server does not support SSL connections')).toMatchObject({
      code: 'database_certificate',
      message: expect.stringMatching(/does not speak TLS/),
    })
  })

  it('is no other error', () => {
    expect([failure('x', 'ECONNREFUSED'), failure('x', 5), failure('x')]).toEqual([undefined, undefined, undefined])
    expect(certificateFailure('CERT_HAS_EXPIRED')).toBeUndefined()
  })
})
