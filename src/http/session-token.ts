import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { secondsAfter } from '../domain/kernel/index.ts'
import type { PageVisit } from '../domain/logistics/index.ts'
import type { Laku } from '../runtime/laku.ts'

const PURPOSE = 'http.session_page'
const MINUTES = 15

/** The header with the visitor's token, sent with a session's page and with the session's JSON. */
export const SESSION_TOKEN = 'x-session-token'

const shape = /^([0-9a-f-]{36})\.([\w-]{12})\.(\d{1,12})\.([\w-]{43})$/

/**
 * Returns the text that the signature of a session page's token covers. It names the product and the network,
 * so the token is valid for no other.
 */
const saidBy = (productId: string, visit: string, until: string, { network }: FastifyRequest) =>
  `${productId}.${visit}.${until}.${network.home}`

/**
 * Sends a token to the visitor of a group-buying session's page. With the token, a visitor who is not logged
 * in gets shipping prices from couriers. The token is signed and not stored: `<product>.<visit>.<until, in
 * seconds>.<signature>`. It is valid for a quarter of an hour.
 */
export function giveSessionToken(
  { vault, clock }: Laku,
  request: FastifyRequest,
  reply: FastifyReply,
  productId: string,
): void {
  const visit = randomUUID().replaceAll('-', '').slice(0, 12)
  const until = String(Math.floor(secondsAfter(clock.now(), MINUTES * 60).getTime() / 1000))
  const signature = vault.hmac(PURPOSE, saidBy(productId, visit, until, request))
  reply.header(SESSION_TOKEN, `${productId}.${visit}.${until}.${signature}`)
}

/**
 * Reads the token of a session page and returns the visit for which it was given. Returns undefined if the
 * token is invented or expired, or was given to another network.
 */
export function readSessionToken(
  { vault, clock }: Laku,
  request: FastifyRequest,
  token: string | undefined,
): PageVisit | undefined {
  const [, productId = '', visit = '', until = '', signature = ''] = shape.exec(token ?? '') ?? []
  if (Number(until) * 1000 <= clock.now().getTime()) return undefined
  if (!vault.verify(PURPOSE, saidBy(productId, visit, until, request), signature)) return undefined
  return { visit, productId, network: request.network.home }
}
