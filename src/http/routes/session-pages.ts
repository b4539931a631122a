import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { getSession, type SessionView } from '../../domain/group-buying/index.ts'
import { DomainError, type Work } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { languageOf, pageAnswer, sendPage } from '../pages/page.ts'
import { missingSessionPage, sessionPage } from '../pages/session-page.ts'
import { sessionPicture } from '../pages/session-picture.ts'
import { giveSessionToken } from '../session-token.ts'

const params = z.strictObject({ code: z.string().min(1).max(60) })

/**
 * The seconds for which a browser or messenger may cache the session's page. Caching is useful, because
 * messengers read a shared link again and again, and many buyers open it at once.
 */
const FRESH_S = 10

async function find(work: Work, code: string): Promise<SessionView | undefined> {
  try {
    return await getSession(work.tx, code)
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not_found') return undefined
    throw error
  }
}

/**
 * The routes of a session's shared link: the session's page, which needs no script, and the picture for the
 * link's preview.
 */
export const sessionPageRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/s/:code',
      {
        config: { access: 'open' },
        schema: {
          summary: 'The page of a session, in Indonesian or English',
          params,
          // Messengers and advertisers add parameters to a link, so unknown parameters are no error.
          querystring: z.looseObject({ lang: z.enum(['id', 'en']).optional().catch(undefined) }),
          response: { 200: pageAnswer('The session'), 404: pageAnswer('No such session') },
        },
      },
      async (request, reply) => {
        const language = languageOf(request)
        const session = await request.readPublic(`page ${request.params.code}`, (work) =>
          find(work, request.params.code),
        )
        if (!session) return sendPage(reply, missingSessionPage(language))
        const { publicUrl } = laku.config
        // All visitors share one read of the session. But each visitor gets a token of their own, with which
        // the visitor's browser can ask for shipping prices.
        giveSessionToken(laku, request, reply, session.product.id)
        reply.header('cache-control', `private, max-age=${FRESH_S}`)
        return sendPage(reply, sessionPage(session, { now: laku.clock.now(), language, publicUrl }))
      },
    )

    app.get(
      '/s/:code/picture.png',
      {
        config: { access: 'open' },
        schema: {
          summary: 'The picture of a session for the preview of its link',
          params,
          response: {
            200: { description: 'A PNG', content: { 'image/png': { schema: z.any() } } },
          },
        },
      },
      async (request, reply) => {
        const { code } = request.params
        const picture = await request.readPublic(`picture ${code}`, async (work) =>
          sessionPicture(await getSession(work.tx, code)),
        )
        return reply
          .headers({
            'cache-control': `public, max-age=${FRESH_S}`,
            // Other sites, such as messengers, may display this picture in a preview of the link.
            'cross-origin-resource-policy': 'cross-origin',
          })
          .type('image/png')
          .send(picture)
      },
    )
  }
