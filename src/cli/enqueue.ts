import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import * as z from 'zod'
import { environmentVariable, openConfig } from '../config/load.ts'
import { parseRequest } from '../job/request.ts'
import type { Provider } from '../provider/contract.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { defineCommand } from './command.ts'
import { type EnqueueOptions, enqueueOptions } from './enqueue-options.ts'
import { exitCodes } from './exit-codes.ts'
import { findProvider } from './find-provider.ts'
import { openQueue } from './open-queue.ts'
import { UsageError } from './options.ts'
import { readResources } from './resource-names.ts'
import { tokenReference } from './token-reference.ts'

/** What `enqueue --json` writes. docs/commands.md explains each key. */
export const sentJob = z.object({
  jobId: z.guid(),
  tenantId: z.guid(),
  provider: z.string(),
  group: z.string(),
  delaySeconds: z.int().min(0),
  sent: z.boolean(),
})

export const enqueue = defineCommand({
  name: 'enqueue',
  about: 'Sends a job to the configured queue. The request is checked as the worker checks it.',
  options: enqueueOptions,
  details: `A plain key is taken from standard input or from the environment, never from the command line, which other users of the
machine see. It then lies in the queue: a reference is better. Without a token the worker uses its configured key.

Login: none. The command needs Queue.Url and the right to send to that queue.`,
  async run({ options, terminal }) {
    const config = await openConfig(openSettings)
    const provider = await findProvider(options.provider, config)
    const message = await messageOf(options, provider)
    const body = JSON.stringify(message)
    const parsed = parseRequest(body)
    if (parsed.kind !== 'request') throw new UsageError(parsed.error.message)
    const { tenant, group = tenant, delay = 0, dryRun, json } = options
    if (!dryRun) {
      const queue = await openQueue(config)
      try {
        await queue.send(body, delay, group)
      } finally {
        await queue.close()
      }
    }
    const { jobId, tenantId, providerName } = parsed.request
    const shown = { ...message, ...(message.accessToken && { accessToken: shownToken(options) }) }
    const line = { jobId, tenantId, provider: providerName, group, delaySeconds: delay, sent: !dryRun }
    if (json) terminal.print(JSON.stringify(sentJob.parse(line)))
    else terminal.print(`  ${dryRun ? 'not sent' : 'sent    '}  ${JSON.stringify(shown)}`)
    return exitCodes.done
  },
})

async function messageOf(options: EnqueueOptions, provider: Provider) {
  const resources = readResources(options.resources, provider)
  const accessToken = await tokenOf(options, provider)
  return {
    jobId: options.job ?? randomUUID(),
    tenantId: options.tenant,
    providerName: options.provider,
    ...(options.account !== undefined && { account: options.account }),
    ...(accessToken !== undefined && { accessToken }),
    additionalData: {
      sync_type: options.incremental ? 'incremental' : 'full',
      ...(resources && { resources }),
      ...(options.force && { force_refresh: true }),
      ...(options.batchSize !== undefined && { batch_size: Number(options.batchSize) }),
    },
  }
}

async function tokenOf(
  { token, tokenStdin, tokenEnv }: EnqueueOptions,
  provider: Provider,
): Promise<string | undefined> {
  if ([token !== undefined, tokenStdin, tokenEnv !== undefined].filter(Boolean).length > 1)
    throw new UsageError('--token, --token-stdin and --token-env exclude each other.')
  if (token !== undefined) return tokenReference(token, provider, 'give a key by --token-stdin or --token-env')
  const given = tokenStdin
    ? await text(process.stdin)
    : tokenEnv === undefined
      ? undefined
      : environmentVariable(tokenEnv)
  if ((tokenStdin || tokenEnv !== undefined) && !given?.trim())
    throw new UsageError(
      tokenStdin ? 'standard input holds no token.' : `the environment variable ${tokenEnv} is not set.`,
    )
  return given?.trim()
}

/** A key is never printed. */
const shownToken = ({ token }: EnqueueOptions) => token ?? '(not shown)'
