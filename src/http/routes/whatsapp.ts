import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { sendByStaff } from '../../domain/whatsapp/index.ts'
import type { Laku } from '../../runtime/laku.ts'

const to = z.string().min(5).max(30)
const message = z.union([
  z.strictObject({
    to,
    template: z.string().regex(/^[a-z0-9_]{1,60}$/),
    params: z.array(z.string().max(500)).max(10).optional(),
  }),
  z.strictObject({ to, body: z.string().trim().min(1).max(4_000) }),
])

/** The route by which staff and services send WhatsApp messages. */
export const whatsappRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/api/whatsapp/send',
      {
        config: { access: 'staff', keyExpires: true },
        schema: {
          summary: 'Send a WhatsApp message',
          body: message,
          response: { 202: z.object({ id: z.uuid(), status: z.literal('queued') }) },
        },
      },
      async (request, reply) =>
        await request.change(reply, 202, async (work) => {
          const { id } = await sendByStaff(work, request.body)
          return { id, status: 'queued' as const }
        }),
    )
  }
