import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Laku } from '../../runtime/laku.ts'
import { shopIcon } from '../pages/icon.ts'

/** The route of the icon in a browser's tab, which browsers request automatically. */
export const faviconRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const icon = shopIcon()
    app.get('/favicon.ico', { config: { access: 'open' }, schema: { hide: true } }, async (_, reply) =>
      reply.header('cache-control', 'public, max-age=86400').type('image/png').send(icon),
    )
  }
