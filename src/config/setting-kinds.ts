import * as z from 'zod'
import { isProviderBase } from '../http/base-url.ts'
import { addressForms, transportOf } from '../queue/transport-name.ts'
import { parseListenAddress } from './listen-address.ts'

/** Whether a secret setting names a secret instead of holding it. */
export const isReference = (text: string) => /^(?:arn:|ssm:)/i.test(text)

/* The kinds of settings. `meta.expected` is what an error says of a wrong value. */

export const text = (about: string) => z.string().min(1).optional().describe(about)
export const address = (about: string) =>
  z
    .url({ protocol: /^https?$/ })
    // It is shown in messages, the SDK's too.
    .refine((text) => !/^\w+:\/\/[^/?#]*@/.test(text))
    .optional()
    .describe(about)
    .meta({ expected: 'an http:// or https:// address without a user' })
export const standardQueue = (about: string) =>
  address(`${about} A standard queue, not FIFO.`).refine((url) => !isFifo(url), { error: notFifo })
const isFifo = (url: string | undefined) => /\.fifo\/?(?:[?#]|$)/.test(url ?? '')
// A FIFO queue drops the copy of a paused job, whose body is the same, and delays no single message.
const notFifo = 'the address of a standard queue, because a FIFO queue would drop the copy of a paused job'
/** The address of a queue of any transport. It is a secret, because it may hold a password. */
export const queueAddress = (about: string) =>
  text(about)
    .refine((address) => address === undefined || isReference(address) || transportOf(address) !== undefined)
    .refine((address) => transportOf(address ?? '') !== 'sqs' || !/^\w+:\/\/[^/?#]*@/.test(address ?? ''), {
      error: 'the address of a queue of SQS without a user',
    })
    .refine((address) => transportOf(address ?? '') !== 'sqs' || !isFifo(address), { error: notFifo })
    .meta({ secret: true, expected: `the address of a queue: ${addressForms}` })
/** A secret. It may also be a reference to a secret, which is read when the worker starts; see openConfig. */
export const secret = (about: string) => text(about).meta({ secret: true })
/** Signing secrets of webhooks: one, or two with a comma between while it is replaced. */
export const webhookSecret = (about: string) =>
  secret(
    `${about} While it is replaced, name both secrets, separated by a comma. Without it: the references of the accounts only.`,
  )
/** A number, also as text: the environment has nothing else. No other value is taken for one. */
export const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number),
])
export const whole = (min: number, max: number, fallback: number, about: string) =>
  number
    .pipe(z.int().min(min).max(max))
    .default(fallback)
    .describe(about)
    .meta({ expected: `a whole number from ${min} to ${max}` })
/** True or false, also as text. */
export const flag = (fallback: boolean, about: string) =>
  z
    .union([z.boolean(), z.enum(['true', 'True', 'false', 'False']).transform((text) => text.toLowerCase() === 'true')])
    .default(fallback)
    .describe(about)
    .meta({ expected: 'true or false' })
/** Texts: a list, or a text with commas between, because the environment has nothing else. */
const listOf = (about: string, expected: string) =>
  z
    .union([
      z.array(z.string().min(1)),
      z.string().transform((text) =>
        text
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== ''),
      ),
    ])
    .default([])
    .describe(about)
    .meta({ expected })
export const files = (about: string) => listOf(about, 'a list of paths, or paths with commas between')
export const names = (about: string) => listOf(about, 'a list of names, or names with commas between')
/** An address to listen on, as `parseListenAddress` reads it. */
export const listenAddress = (about: string) =>
  z
    .string()
    .refine((text) => parseListenAddress(text) !== undefined)
    .optional()
    .describe(about)
    .meta({ expected: 'an address and a port, such as 127.0.0.1:8484 or [::1]:8484' })
export const rate = (about: string) =>
  number
    .pipe(z.number().min(0.1).max(10_000))
    .optional()
    .describe(about)
    .meta({ expected: 'a number from 0.1 to 10000' })
/** The host of a provider's API, for tests and proxies. */
export const apiBase = (about: string) =>
  z
    .string()
    .refine(isProviderBase)
    .optional()
    .describe(about)
    .meta({ expected: 'an https:// address of a public host, or http:// on loopback, without a user or a path' })
export const tenant = (about: string) =>
  z.guid().toLowerCase().optional().describe(about).meta({ expected: 'the UUID of a tenant' })
export const environment = (about: string) =>
  z.enum(['production', 'sandbox']).default('production').describe(about).meta({ expected: 'production or sandbox' })
