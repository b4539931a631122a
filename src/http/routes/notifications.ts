import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromWire, toWire } from '../../domain/kernel/index.ts'
import {
  getPreferences,
  listNotifications,
  noticeChannels,
  noticeKinds,
  notifyByStaff,
  readNotification,
  setPreferences,
  subscribePush,
} from '../../domain/notification/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { readAgain } from '../read-again.ts'
import { byId, listOf, paging } from '../wire-parts.ts'

const notification = z.object({
  id: z.uuid(),
  template: z.string(),
  title: z.string(),
  body: z.string(),
  link: z.string().nullable(),
  created_at: z.string(),
  read_at: z.string().nullable(),
})

const page = z.strictObject(paging)

const preference = z.strictObject({
  kind: z.enum(noticeKinds),
  channel: z.enum(noticeChannels),
  wanted: z.boolean(),
})
const preferences = z.object({ data: z.array(preference) })

// A push subscription in the form of a browser's PushSubscription.toJSON().
const subscription = z.strictObject({
  endpoint: z.url().max(1_000),
  expirationTime: z.number().nullish(),
  keys: z.strictObject({
    p256dh: z.string().regex(/^[\w-]{80,100}$/, 'a P-256 key as the browser gives it'),
    auth: z.string().regex(/^[\w-]{16,30}$/, 'a secret as the browser gives it'),
  }),
})

const staffNotice = z.strictObject({
  user_id: z.uuid(),
  template: z.string().min(1).max(60),
  params: z.array(z.string().max(500)).max(10).optional(),
})

/**
 * The routes of a customer's inbox and of their choice of notices and channels, and the route by which staff
 * notify them.
 */
export const notificationRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'customer', keyExpires: true } as const

    app.get(
      '/api/notifications',
      {
        config,
        schema: {
          summary: 'The caller’s inbox, newest first',
          querystring: page,
          response: { 200: listOf(notification) },
        },
      },
      async (request) => {
        const inbox = await request.read((work) => listNotifications(work, request.query))
        return toWire(inbox)
      },
    )

    app.post(
      '/api/notifications/:id/read',
      {
        config: { ...config, again: readAgain((work, { id }) => readNotification(work, id)) },
        schema: {
          summary: 'Mark a notification as read',
          params: byId,
          body: z.strictObject({}).nullish(),
          response: { 200: notification },
        },
      },
      async (request, reply) =>
        request.change(reply, 200, (work) => readNotification(work, request.params.id)),
    )

    app.get(
      '/api/notifications/preferences',
      {
        config,
        schema: {
          summary: 'The kinds of notices that the caller wants, and their channels',
          response: { 200: preferences },
        },
      },
      async (request) => ({ data: await request.read(getPreferences) }),
    )

    app.put(
      '/api/notifications/preferences',
      {
        config,
        schema: {
          summary: 'Change which notices the caller wants',
          body: z.strictObject({ data: z.array(preference).min(1).max(50) }),
          response: { 200: preferences },
        },
      },
      async (request) => ({ data: await request.read((work) => setPreferences(work, request.body.data)) }),
    )

    app.post(
      '/api/notifications/subscriptions',
      {
        config,
        schema: {
          summary: 'Subscribe a browser to push messages',
          body: subscription,
          response: { 201: z.object({ id: z.uuid() }) },
        },
      },
      async (request, reply) => {
        const { endpoint, keys } = request.body
        // In development, push messages may go to the sandbox's push service. Production has no sandbox.
        const { env, sandboxPort } = laku.config
        const ownHost = env === 'development' ? `127.0.0.1:${sandboxPort}` : undefined
        return await request.change(reply, 201, (work) => subscribePush(work, { endpoint, ...keys, ownHost }))
      },
    )

    app.post(
      '/api/notifications',
      {
        config: { access: 'staff', keyExpires: true },
        schema: {
          summary: 'Send a notification to a user',
          body: staffNotice,
          response: { 202: z.object({ id: z.uuid(), status: z.literal('queued') }) },
        },
      },
      async (request, reply) =>
        await request.change(reply, 202, (work) =>
          notifyByStaff(work, fromWire(request.body), laku.config.publicUrl),
        ),
    )
  }
