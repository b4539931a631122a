import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { tryCode } from '../../domain/auth/index.ts'
import { erasePerson, exportPerson } from '../../domain/composition/privacy/privacy.ts'
import { fromWire, requireCustomer, toWire } from '../../domain/kernel/index.ts'
import { getMe, updateMe } from '../../domain/user/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { readAgain } from '../read-again.ts'
import { proof } from './auth.ts'

const me = z.object({
  id: z.uuid(),
  phone: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  locale: z.enum(['id', 'en']),
})

const changes = z.strictObject({
  name: z.string().trim().min(1).max(100).optional(),
  email: z.email().max(254).nullable().optional(),
  locale: z.enum(['id', 'en']).optional(),
  /**
   * A one-time code that was requested for the purpose `email`. With this code, the new email address can
   * receive log-in codes once the address is confirmed. The code is required if the old address receives
   * log-in codes.
   */
  otp: z
    .strictObject({ challenge_id: z.uuid(), code: z.string().regex(/^[0-9]{6}$/), proof: proof.optional() })
    .optional(),
})

/** The routes of a customer's own profile, and of the export and erasure of their data. */
export const userRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/api/users/me',
      {
        config: { access: 'customer' },
        schema: { summary: 'The caller’s own profile', response: { 200: me } },
      },
      (request) => request.read(getMe),
    )

    app.patch(
      '/api/users/me',
      {
        config: { access: 'customer', keyExpires: true, again: readAgain(getMe) },
        schema: { summary: 'Change the caller’s own profile', body: changes, response: { 200: me } },
      },
      async (request, reply) => {
        const { otp, ...given } = request.body
        return await request.change(reply, 200, async (work) => {
          const userId = requireCustomer(work.actor)
          const tried =
            otp && (await tryCode(work, { ...fromWire(otp), userId, purpose: 'email', ip: request.address }))
          if (tried?.refused) return tried
          return await updateMe(work, fromWire(given), { proven: tried !== undefined })
        })
      },
    )

    app.get(
      '/api/users/me/export',
      {
        config: { access: 'customer' },
        schema: {
          summary: 'All data that is stored about the caller',
          response: { 200: z.looseObject({ exported_at: z.string() }) },
        },
      },
      async (request) => toWire(await request.read((work) => exportPerson(work))),
    )

    app.delete(
      '/api/users/me',
      {
        config: { access: 'customer' },
        schema: { summary: 'Erase the caller’s data permanently', response: { 204: z.null() } },
      },
      async (request, reply) => {
        await request.read((work) => erasePerson(work))
        return await reply.code(204).send(null)
      },
    )
  }
