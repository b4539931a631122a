import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Laku } from '../runtime/laku.ts'
import { httpErrors } from './http-errors.ts'
import { type Cost, costOf, costs } from './route-costs.ts'
import { FairGate } from './strangers/fair-gate.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The browser that asks, where it proved that it was here before; empty otherwise. */
    device: string
  }
  interface FastifyInstance {
    /**
     * Counts a request for its caller: a customer or a staff token by name, everybody else by address. A
     * request to a costly route is counted a second time (route-costs.ts).
     * @throws http.too_many_requests, with the seconds until the next is taken
     */
    limitCaller(request: FastifyRequest): Promise<void>
    /** Counts a request that was refused for its token, by address. @throws http.too_many_requests */
    limitStranger(request: FastifyRequest): Promise<void>
    /**
     * Counts a staff token that this process has not seen, by address, before the database looks for it.
     * @throws http.too_many_requests
     */
    limitStaffGuess(request: FastifyRequest): Promise<void>
    /**
     * Counts a refresh token that laku did not sign, by address, before the database looks for it.
     * @throws http.too_many_requests
     */
    limitTokenGuess(request: FastifyRequest): Promise<void>
    /** Counts a request for a code by a device that was here before; false where it is one too many. */
    mayAskAsDevice(request: FastifyRequest, device: string): Promise<boolean>
    /**
     * Runs what a stranger has the database do, in turn with other names' requests.
     * @throws http.too_many_requests
     */
    inTurn<T>(name: string, use: () => Promise<T>): Promise<T>
    /** Counts a stranger's look for cached prices, by network; false where the zone's fee must do. */
    mayLookUpRates(request: FastifyRequest): Promise<boolean>
    /** Counts a guess at a code that never was, by address. @throws http.too_many_requests */
    limitGuess(request: FastifyRequest): Promise<void>
    /**
     * Counts a stranger's request for a code, by address, before the database does; false where it is one too
     * many.
     */
    mayAskForCode(request: FastifyRequest): Promise<boolean>
  }
}

/** Strangers have two fifths of a process's 20 connections; their backlog is two seconds at most. */
const STRANGERS = { running: 8, waitingOfOne: 100, waiting: 1_000 }
/** A browser that was here before asks for a handful of codes. */
const CODES_OF_DEVICE = 10

/**
 * The look-ups of cached prices that one network may make a minute. A visitor of a page has its token and
 * needs few. Beyond the limit they get the zone's fee, which needs no look-up.
 */
const RATE_LOOKS = { address: 60, home: 20 }

const MINUTE_MS = 60_000
// The most callers that are counted separately. Beyond this, the callers who called longest ago are dropped.
const CALLERS = 50_000

// Staff have a handful of tokens: a tenth of the wrong ones that an address may send.
const STAFF_GUESSES = 0.1

const partOf = (whole: number, share: number) => Math.max(1, Math.floor(whole * share))

type Limiter = ReturnType<FastifyInstance['createRateLimit']>

/**
 * Limits how often one caller may call a minute, counted in this process (docs/adr/0025-limits-a-process.md).
 * IPv6 addresses count by their /64. Limits that must hold over all processes (codes by phone, calls to
 * providers) are counted in the database.
 */
export const rateLimits = (laku: Laku) =>
  fp(async (app: FastifyInstance) => {
    await app.register(rateLimit, { global: false, timeWindow: MINUTE_MS })
    const { policy } = laku
    // `cache` is asked of each limiter: it is not handed down.
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
    // Thousands of phones may share an IPv4 address; an IPv6 /64 belongs to one home.
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
      // Staff are known one by one, and have one budget.
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
