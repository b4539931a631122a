import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Laku } from '../runtime/laku.ts'
import { httpErrors } from './http-errors.ts'
import { type Cost, costOf, costs } from './route-costs.ts'
import { FairGate } from './strangers/fair-gate.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The id of the caller's browser; empty if unknown. A browser is known if its device token proves an
     * earlier log-in.
     */
    device: string
  }
  interface FastifyInstance {
    /**
     * Counts a request toward its caller's limit. A logged-in customer or staff member is counted by id,
     * everybody else by IP address. A request to a costly route also counts toward that route's limit
     * (route-costs.ts).
     * @throws http.too_many_requests, with the seconds until the next is taken
     */
    limitCaller(request: FastifyRequest): Promise<void>
    /**
     * Counts a request that was refused because of its token, by IP address.
     * @throws http.too_many_requests
     */
    limitStranger(request: FastifyRequest): Promise<void>
    /**
     * Counts a staff token that this process has not seen before, by IP address. It is called before the
     * token is looked up in the database.
     * @throws http.too_many_requests
     */
    limitStaffGuess(request: FastifyRequest): Promise<void>
    /**
     * Counts a refresh token that laku did not sign, by IP address. It is called before the token is looked
     * up in the database.
     * @throws http.too_many_requests
     */
    limitTokenGuess(request: FastifyRequest): Promise<void>
    /**
     * Counts a request for a one-time code from a browser whose device token proves an earlier log-in.
     * Returns false if the browser has reached its limit.
     */
    mayAskAsDevice(request: FastifyRequest, device: string): Promise<boolean>
    /**
     * Runs the database work of a caller who is not logged in. The work waits in the queue `name` (the queue
     * of a network, for example). All queues are served in turn.
     * @throws http.too_many_requests
     */
    inTurn<T>(name: string, use: () => Promise<T>): Promise<T>
    /**
     * Counts a lookup of cached shipping prices by a caller who is not logged in, by network. Returns false
     * if the limit is reached. The caller then gets a price by zone, which needs no lookup.
     */
    mayLookUpRates(request: FastifyRequest): Promise<boolean>
    /**
     * Counts a guess at a one-time code, by IP address, if the guess names a code request that laku never
     * made.
     * @throws http.too_many_requests
     */
    limitGuess(request: FastifyRequest): Promise<void>
    /**
     * Counts a request for a one-time code by a caller who is not logged in. It counts by IP address, in
     * memory. Returns false if the address has reached its limit.
     */
    mayAskForCode(request: FastifyRequest): Promise<boolean>
  }
}

/**
 * The limits for the database work of callers who are not logged in. They may use at most 8 of the process's
 * 20 connections. At most 1,000 of their requests wait: the process serves so many in two seconds.
 */
const STRANGERS = { running: 8, waitingOfOne: 100, waiting: 1_000 }
/**
 * The maximum number of one-time codes that a browser with a device token may request. It is small, because a
 * real user needs only a handful.
 */
const CODES_OF_DEVICE = 10

/**
 * The maximum number of lookups of cached shipping prices that one network may make a minute. Visitors of a
 * session's page need few lookups, because they send the page's token. Beyond the limit, callers get a price
 * by zone, which needs no lookup.
 */
const RATE_LOOKS = { address: 60, home: 20 }

const MINUTE_MS = 60_000
// The maximum number of callers whose requests are counted at once. If there are more, the count of the
// caller who has been quiet for longest is forgotten.
const CALLERS = 50_000

// The limit of wrong staff tokens from one IP address, as a share of the limit of all wrong tokens. It is a
// tenth, because staff have only a few tokens.
const STAFF_GUESSES = 0.1

const partOf = (whole: number, share: number) => Math.max(1, Math.floor(whole * share))

type Limiter = ReturnType<FastifyInstance['createRateLimit']>

/**
 * Limits how many requests a caller may make a minute, counted in this process
 * (docs/adr/0025-limits-per-process.md). IPv6 addresses in the same /64 count as one address. Other limits
 * apply to all processes together (codes by phone, calls to providers), so they are counted in the database.
 */
export const rateLimits = (laku: Laku) =>
  fp(async (app: FastifyInstance) => {
    await app.register(rateLimit, { global: false, timeWindow: MINUTE_MS })
    const { policy } = laku
    // The option `cache` is passed to each limiter, because a limiter does not inherit it from the plugin.
    const byNetwork = { keyGenerator: ({ network }: FastifyRequest) => network.home }
    const limiter = (max: number, more = {}) =>
      app.createRateLimit({ max, ...byNetwork, ...{ cache: CALLERS }, ...more })
    const byName = { keyGenerator: ({ actor }: FastifyRequest) => ('id' in actor ? actor.id : actor.name) }
    const customers = limiter(policy.customerRequestsPerMinute, byName)
    const staff = limiter(policy.staffRequestsPerMinute, byName)
    const addresses = limiter(policy.addressRequestsPerMinute)
    const strangers = limiter(policy.refusedTokensPerMinute)
    const staffGuesses = limiter(partOf(policy.refusedTokensPerMinute, STAFF_GUESSES))
    const dear = new Map<Cost, { network: Limiter; person: Limiter }>()
    for (const [cost, { network, person }] of Object.entries(costs)) {
      if (network >= 1 && person >= 1) continue
      dear.set(cost as Cost, {
        network: limiter(partOf(policy.addressRequestsPerMinute, network)),
        person: limiter(partOf(policy.customerRequestsPerMinute, person), byName),
      })
    }
    // The limits differ by the kind of IP address: thousands of phones may share an IPv4 address, but an IPv6
    // /64 belongs to one home.
    const byKind = (address: number, home: number) => (request: FastifyRequest) =>
      request.network.site === undefined ? address : home
    const guesses = limiter(0, {
      max: byKind(policy.wrongCodesPerAddressPerHour, policy.wrongCodesPerHomePerHour),
    })
    const looks = limiter(0, { max: byKind(RATE_LOOKS.address, RATE_LOOKS.home) })
    const codes = limiter(0, { max: byKind(policy.otpPerAddressPerHour, 3 * policy.otpPerHomePerHour) })

    app.decorate('limitCaller', async (request) => {
      const cost = costOf(request.method, request.routeOptions.url)
      if (cost === 'free') return
      const { kind } = request.actor
      await count(kind === 'customer' ? customers : kind === 'staff' ? staff : addresses, request)
      // Staff members are counted by id, and have one limit for all routes.
      const part = kind === 'staff' ? undefined : dear.get(cost)
      if (part) await count(kind === 'customer' ? part.person : part.network, request)
    })
    const tokenGuesses = limiter(partOf(policy.refusedTokensPerMinute, STAFF_GUESSES))
    const devices = limiter(CODES_OF_DEVICE, { keyGenerator: ({ device }: FastifyRequest) => device })
    const gate = new FairGate(STRANGERS)
    app.decorateRequest('device', '')
    app.decorate('inTurn', (name, use) => gate.run(name, use))
    app.decorate('limitTokenGuess', (request) => count(tokenGuesses, request))
    app.decorate('mayAskAsDevice', async (request, device) => {
      request.device = device
      return await isWithin(devices, request)
    })
    app.decorate('mayLookUpRates', (request) => isWithin(looks, request))
    app.decorate('limitStaffGuess', (request) => count(staffGuesses, request))
    app.decorate('limitStranger', (request) => count(strangers, request))
    app.decorate('limitGuess', (request) => count(guesses, request))
    app.decorate('mayAskForCode', (request) => isWithin(codes, request))
  })

async function isWithin(limiter: Limiter, request: FastifyRequest): Promise<boolean> {
  const counted = await limiter(request)
  return counted.isAllowed || !counted.isExceeded
}

async function count(limiter: Limiter, request: FastifyRequest): Promise<void> {
  const counted = await limiter(request)
  if (!counted.isAllowed && counted.isExceeded) {
    throw httpErrors.too_many_requests({ retryAfterS: Math.max(1, counted.ttlInSeconds) })
  }
}
