import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { kindOf } from '../http/address.ts'

/** Who may see the page, and who may act. */
export interface Guard {
  /** Whether the request is for a name of this server. Another site's name may resolve to it, as in DNS rebinding. */
  isOurs(host: string | undefined): boolean
  /** Whether the request has the token, if there is one. */
  isAllowed(headers: IncomingHttpHeaders): boolean
  /** A value that a form of this page has, and no other site's. Empty without a token: there are no forms then. */
  formKey(action: string): string
  isFormKey(action: string, given: string | undefined): boolean
}

export interface GuardOptions {
  /** The host that the server listens on: an address, or `localhost`. */
  readonly host: string
  readonly token: string | undefined
  /** Names under which people reach the page, without ports. */
  readonly names: readonly string[]
}

export const shortestToken = 16

/** @throws Error if others could reach the page without a token */
export function createGuard({ host, token, names }: GuardOptions): Guard {
  const loopback = host === 'localhost' || kindOf(host) === 'loopback'
  if (!loopback && token === undefined)
    throw new Error(
      `page: Page.Listen is ${host}, which others can reach, and Page.Token is not set. Set Page.Token, or listen on 127.0.0.1.`,
    )
  if (token !== undefined && token.length < shortestToken)
    throw new Error(`page: Page.Token has ${token.length} characters, and needs at least ${shortestToken}.`)
  const known = new Set([...(loopback ? loopbackNames : []), ...names.map((name) => name.toLowerCase())])
  const formKey = (action: string) =>
    token === undefined ? '' : createHmac('sha256', `form ${token}`).update(action).digest('base64url')
  return {
    // A server that others reach has names that it does not know, and its token besides.
    isOurs: (given) => known.size === 0 || known.has(nameOf(given)),
    isAllowed: ({ authorization }) => token === undefined || isEqual(tokenIn(authorization), token),
    formKey,
    isFormKey: (action, given) => token !== undefined && isEqual(given ?? '', formKey(action)),
  }
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]']

const nameOf = (host: string | undefined) => (host ?? '').toLowerCase().replace(/:\d+$/, '')

/** The token of `Bearer TOKEN`, or the password of any user. */
function tokenIn(authorization = ''): string {
  const [kind = '', value = ''] = authorization.split(' ')
  if (kind.toLowerCase() === 'bearer') return value
  if (kind.toLowerCase() !== 'basic') return ''
  return Buffer.from(value, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '')
}

/** In a time that does not depend on the texts. */
function isEqual(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}

/** Whether a browser says that another site made the request. A program says nothing. */
export function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const { origin, host } = headers
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`
}
