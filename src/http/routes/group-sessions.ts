import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  createSession,
  getSession,
  leaveSession,
  listSessions,
  publicSessionStates,
  sessionTransitions,
} from '../../domain/group-buying/index.ts'
import { fromWire, requireCustomer, statesOf, toWire } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { sendAnswer } from '../access.ts'
import { JoinBatcher } from '../join-batcher.ts'
import { giveSessionToken } from '../session-token.ts'
import {
  byId,
  byIdOrCode,
  courierChoice,
  idr,
  listOf,
  namesPartRightly,
  paging,
  partNamedWrongly,
  payment,
  payWith,
  wantedItems,
} from '../wire-parts.ts'

const instant = z.iso.datetime({ offset: true })
const units = z.int().min(1).max(1_000_000)
const price = z.int().min(1).max(1_000_000_000)
/**
 * The prices of a tier: one price for all variants, or a discount on each variant's shelf price. Single
 * variants may have their own price.
 */
const tier = z.strictObject({
  min_units: units,
  unit_price_idr: price.optional(),
  off_idr: price.optional(),
  off_percent: z.int().min(1).max(99).optional(),
  variant_prices: z
    .array(z.strictObject({ variant: z.string().min(1).max(100), unit_price_idr: price }))
    .max(500)
    .optional(),
})

const session = z.object({
  id: z.uuid(),
  code: z.string(),
  status: z.enum(statesOf(sessionTransitions)),
  product: z.object({ id: z.uuid(), name: z.string() }),
  moq: z.int(),
  capacity: z.int().nullable(),
  per_user_limit: z.int().nullable(),
  paid_units: z.int(),
  held_units: z.int(),
  participants: z.int(),
  close_policy: z.enum(['at_moq', 'at_deadline']),
  starts_at: z.string().nullable(),
  ends_at: z.string(),
  tiers: z.array(
    z.object({
      min_units: z.int(),
      unit_price_idr: idr,
      variant_prices: z
        .array(z.object({ variant_id: z.uuid(), sku: z.string(), unit_price_idr: idr }))
        .nullable(),
    }),
  ),
  final_min_units: z.int().nullable(),
  final_unit_price_idr: idr.nullable(),
})

const newSession = z.strictObject({
  product_id: z.uuid(),
  moq: units,
  capacity: units.optional(),
  per_user_limit: units.optional(),
  starts_at: instant.optional(),
  ends_at: instant,
  close_policy: z.enum(['at_moq', 'at_deadline']).optional(),
  tiers: z.array(tier).min(1).max(20),
  status: z.literal('draft').optional(),
})

const join = z
  .strictObject({
    items: wantedItems,
    address_id: z.uuid(),
    courier: courierChoice.optional(),
    ...payWith,
  })
  .refine(namesPartRightly, partNamedWrongly)

const joined = z.object({
  participation: z.object({
    id: z.uuid(),
    status: z.enum(['held', 'paid']),
    units: z.int(),
    goods_idr: idr,
    shipping_idr: idr,
    total_idr: idr,
  }),
  payment,
})

const left = z.object({
  participation: z.object({ id: z.uuid(), status: z.literal('left'), units: z.int() }),
  refund_idr: idr,
})

const page = z.strictObject({
  status: z.enum(publicSessionStates).optional(),
  ...paging,
})

/** The routes of sessions: everybody may read them, staff create them, and buyers join and leave them. */
export const groupSessionRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const batcher = new JoinBatcher(laku)
    app.addHook('onClose', () => batcher.close())

    app.get(
      '/api/group-sessions',
      {
        config: { access: 'open' },
        schema: {
          summary: 'Group-buying sessions',
          querystring: page,
          response: { 200: listOf(session) },
        },
      },
      async (request) => {
        const sessions = await request.readPublic(`sessions ${JSON.stringify(request.query)}`, (work) =>
          listSessions(work.tx, request.query),
        )
        return toWire(sessions)
      },
    )

    app.get(
      '/api/group-sessions/:id',
      {
        config: { access: 'open' },
        schema: {
          summary: 'A session, by id or code',
          params: byIdOrCode,
          response: { 200: session },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const found = await request.readPublic(`session ${id}`, (work) => getSession(work.tx, id))
        giveSessionToken(laku, request, reply, found.product.id)
        return toWire(found)
      },
    )

    app.post(
      '/api/group-sessions',
      {
        config: { access: 'staff' },
        schema: { summary: 'Open a session', body: newSession, response: { 201: session } },
      },
      async (request, reply) => {
        const { starts_at, ends_at, ...body } = request.body
        const startsAt = starts_at === undefined ? undefined : new Date(starts_at)
        const input = { ...fromWire(body), startsAt, endsAt: new Date(ends_at) }
        return await request.change(reply, 201, (work) => createSession(work, input))
      },
    )

    app.post(
      '/api/group-sessions/:id/join',
      {
        config: { access: 'customer' },
        schema: { summary: 'Join a session', params: byId, body: join, response: { 201: joined } },
      },
      async (request, reply) => {
        const answer = await batcher.join({
          customerId: requireCustomer(request.actor),
          sessionId: request.params.id,
          ...fromWire(request.body),
          idempotency: request.idempotencyKey(),
          requestId: request.id,
        })
        return await sendAnswer(reply, answer)
      },
    )

    app.post(
      '/api/group-sessions/:id/leave',
      {
        config: { access: 'customer' },
        schema: { summary: 'Leave a session while it is forming', params: byId, response: { 200: left } },
      },
      async (request, reply) =>
        await request.change(reply, 200, (work) => leaveSession(work, { sessionId: request.params.id })),
    )
  }
