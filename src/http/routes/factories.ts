import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { changeFactory } from '../../domain/composition/ways-in/change-factory.ts'
import {
  createFactory,
  factoryTransitions,
  getFactory,
  getPublicFactory,
  requireFactoryAccess,
  verificationTransitions,
} from '../../domain/factory/index.ts'
import { fromWire, statesOf, toWire } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { readAgain } from '../read-again.ts'
import { byId } from '../wire-parts.ts'

const publicFactory = z.object({
  id: z.uuid(),
  name: z.string(),
  city: z.string(),
  province: z.string(),
  rating: z.object({ average: z.number().nullable(), count: z.int() }),
})
const factory = publicFactory.extend({
  phone: z.string(),
  email: z.string().nullable(),
  postal_code: z.string(),
  verification: z.enum(statesOf(verificationTransitions)),
  status: z.enum(statesOf(factoryTransitions)),
  commission_bps: z.int(),
  tax_id_kind: z.enum(['npwp', 'nik']).nullable(),
  suspended_because: z.string().nullable(),
  created_at: z.string(),
})

// An agent whose office no longer looks after the factory may not read it again by an old key.
const again = readAgain(async (work, { id }) => {
  await requireFactoryAccess(work, id)
  return await getFactory(work.tx, id)
})

const name = z.string().trim().min(1).max(200)
const phone = z.string().trim().min(5).max(30)
const basisPoints = z.int().min(0).max(10_000)

const taxId = z.strictObject({ kind: z.enum(['npwp', 'nik']), number: z.string().min(15).max(30) })

const newFactory = z.strictObject({
  name,
  phone,
  email: z.email().max(254).optional(),
  city: z.string().trim().min(1).max(100),
  province: z.string().trim().min(1).max(100),
  postal_code: z.string().regex(/^\d{5}$/),
  commission_bps: basisPoints.optional(),
  tax_id: taxId.optional(),
})

const changes = z.strictObject({
  name: name.optional(),
  phone: phone.optional(),
  /** The one-time code that `laku factories send-code` sent to the new phone number of a verified factory. */
  caller_code: z
    .string()
    .regex(/^\d{3}[ -]?\d{3}$/)
    .optional(),
  commission_bps: basisPoints.optional(),
  verification: z.enum(['pending', 'verified', 'rejected']).optional(),
  status: z.enum(['active', 'suspended']).optional(),
  email: z.email().max(254).optional(),
  tax_id: taxId.optional(),
  reason: z.string().trim().min(1).max(500).optional(),
})

/** The routes of factories: everybody may read them, and staff edit them. */
export const factoryRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/api/factories/:id',
      {
        config: { access: 'open' },
        schema: { summary: 'A factory as buyers see it', params: byId, response: { 200: publicFactory } },
      },
      async (request) =>
        toWire(
          await request.readPublic(`factory ${request.params.id}`, (work) =>
            getPublicFactory(work.tx, request.params.id),
          ),
        ),
    )

    app.post(
      '/api/factories',
      {
        config: { access: 'staff', keyExpires: true, again },
        schema: { summary: 'Register a factory', body: newFactory, response: { 201: factory } },
      },
      async (request, reply) =>
        await request.change(reply, 201, (work) => createFactory(work, fromWire(request.body))),
    )

    app.patch(
      '/api/factories/:id',
      {
        config: { access: 'staff', keyExpires: true, again },
        schema: {
          summary: 'Change, verify, activate or suspend a factory',
          params: byId,
          body: changes,
          response: { 200: factory },
        },
      },
      async (request, reply) => {
        const input = { factoryId: request.params.id, ...fromWire(request.body) }
        return await request.change(reply, 200, (work) => changeFactory(work, input))
      },
    )
  }
