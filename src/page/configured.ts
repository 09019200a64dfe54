import { parseConnectionString } from '../config/connection-string.ts'
import { parseListenAddress } from '../config/listen-address.ts'
import type { Config } from '../config/load.ts'
import { configured } from '../db/connection.ts'
import { openDatabase } from '../db/open.ts'
import { cancelJob } from '../operations/cancel.ts'
import { describeLetter, type Letter, redriveLetters } from '../operations/dead-letters.ts'
import { seesEveryTenant } from '../operations/scope.ts'
import { sendAgain } from '../operations/send-again.ts'
import type { Intake } from '../queue/queue.ts'
import { type OpenPage, openPage, type PageOptions } from './open.ts'
import { createRemembered } from './remembered.ts'
import { mostLetters } from './views/letters.ts'

export interface PageParts extends Pick<PageOptions, 'resources' | 'tenantId' | 'orAnyPort'> {
  /** Sends jobs again, and has the dead letters. Absent: the page does and shows nothing of both. */
  readonly queue?: Pick<Intake, 'send' | 'depth' | 'letters' | 'redrive'> | undefined
}

/** The least time between two requests for the depth of a queue. */
const depthMs = 10_000
/** A look at the dead letters hides them for a moment on some transports. */
const lettersMs = 20_000
const lettersWaitMs = 5_000
/** Letters that one form sends back. */
const mostRedriven = 10_000

/** Where the page is by itself: others cannot reach it. */
const defaultListen = '127.0.0.1:8484'

/** The page as the settings `Page.…` describe it. @throws Error in words for settings that do not fit together */
export async function openConfiguredPage(config: Config, parts: PageParts): Promise<OpenPage> {
  const { host, port } = parseListenAddress(config.Page.Listen ?? defaultListen) ?? { host: '', port: 0 }
  const { queue } = parts
  const settings = configured(config.database, 'retry')
  const writing = await openDatabase(settings, {
    connections: 1,
    applicationName: 'page',
    announce: config.Worker.Announce,
  })
  const letters = queue && lettersOf(queue, parts.tenantId)
  const options: PageOptions = {
    ...parts,
    host,
    port,
    token: config.Page.Token,
    names: config.Page.Hosts,
    database: pageConnection(config) ?? settings,
    letters: letters?.find,
    deadLetters: queue && createRemembered(async () => (await queue.depth()).dead, { ms: depthMs }),
    actions: {
      cancel: ({ tenantId, id }) => cancelJob(writing.tenant(tenantId), id),
      retry:
        queue &&
        (async (job) => {
          const [outcome] = await sendAgain([job], { reader: writing.tenant(job.tenantId), queue })
          return outcome ?? { jobId: job.id, done: false, reason: '' }
        }),
      // The queue has the letters of all tenants.
      redrive: parts.tenantId === undefined ? letters?.redrive : undefined,
    },
  }
  try {
    const page = await openPage(options)
    return { ...page, close: () => page.close().finally(writing.close) }
  } catch (error) {
    await writing.close()
    throw error
  }
}

/**
 * A sentence if the page's login sees one tenant at a time: a page without rows would look like a worker without jobs.
 * @throws what the database throws
 */
export async function showsNothing(config: Config): Promise<string | null> {
  const settings = pageConnection(config) ?? config.database
  const reading = await openDatabase(settings, { connections: 1, applicationName: 'page' })
  try {
    return (await seesEveryTenant(reading.everyTenant)) ? null : oneTenant(settings?.user)
  } finally {
    await reading.close()
  }
}

const oneTenant = (user: string | undefined) =>
  `page: ${user} sees one tenant's rows at a time. Set Page.Connection to a login in the role billing_sync_reader, which sees all.`

/** The first letters, or those among them that name the one tenant of the page. A redrive has them looked at again. */
function lettersOf(queue: Pick<Intake, 'letters' | 'redrive'>, tenantId: string | undefined) {
  const look = async (): Promise<readonly Letter[]> => {
    const letters = (await queue.letters(mostLetters)).map(describeLetter)
    return tenantId === undefined ? letters : letters.filter((letter) => letter.tenantId === tenantId)
  }
  const remember = () => createRemembered(look, { ms: lettersMs, firstWaitMs: lettersWaitMs })
  let find = remember()
  return {
    find: () => find(),
    async redrive() {
      const outcome = await redriveLetters(queue, mostRedriven)
      find = remember()
      return outcome
    },
  }
}

/** The login that the page reads with; undefined if it is that of the worker. @throws Error that names the setting */
export function pageConnection({ Page }: Config) {
  if (Page.Connection === undefined) return undefined
  try {
    return parseConnectionString(Page.Connection)
  } catch (error) {
    throw new Error(`page: Page.Connection ${error instanceof Error ? error.message : 'cannot be read'}.`)
  }
}
