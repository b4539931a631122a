import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { toWire } from '../../domain/kernel/index.ts'
import { listNotifications, readNotification } from '../../domain/notification/index.ts'
import type { Laku } from '../../runtime/laku.ts'

const notification = z.object({
  id: z.uuid(),
  template: z.string(),
  title: z.string(),
  body: z.string(),
  link: z.string().nullable(),
  created_at: z.string(),
  read_at: z.string().nullable(),
})

const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.uuid().optional(),
})

/** A customer's own inbox. */
export const notificationRoutes =
  (_: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'customer', keyExpires: true } as const

    app.get(
      '/api/notifications',
      {
        config,
        schema: {
          summary: 'The caller’s inbox, newest first',
          querystring: page,
          response: { 200: z.object({ data: z.array(notification), next_cursor: z.string().nullable() }) },
        },
      },
      async (request) => {
        const inbox = await request.read((work) => listNotifications(work, request.query))
        return toWire(inbox) as { data: z.infer<typeof notification>[]; next_cursor: string | null }
      },
    )

    app.post(
      '/api/notifications/:id/read',
      {
        config,
        schema: {
          summary: 'Mark a notification as read',
          params: z.strictObject({ id: z.uuid() }),
          body: z.strictObject({}).nullish(),
          response: { 200: notification },
        },
      },
      async (request, reply) =>
        request.change(reply, 200, (work) => readNotification(work, request.params.id)),
    )
  }
