import { parse } from 'node:path'

/** Who a Postgres process runs as, and the little of our surroundings it sees. Fits `spawn` and `spawnSync`. */
export interface ServerIdentity {
  readonly uid?: number
  readonly gid?: number
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

const nobody = 65534

/** Postgres refuses to run as root: there it is uid 65534 (nobody), which needs no account. Else it is us. */
export function serverIdentity(): ServerIdentity {
  const surroundings = {
    cwd: parse(process.cwd()).root,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  }
  return process.geteuid?.() === 0 ? { uid: nobody, gid: nobody, ...surroundings } : surroundings
}
