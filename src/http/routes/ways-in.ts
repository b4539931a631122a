import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { stopChange, stoppableChange } from '../../domain/composition/ways-in/stop-change.ts'
import { type Actor, DomainError, type Work } from '../../domain/kernel/index.ts'
import { confirmableEmail, confirmEmail } from '../../domain/user/index.ts'
import type { WayChange } from '../../domain/way-in/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { noteOf } from '../pages/note.ts'
import { languageOf, pageAnswer, sendPage } from '../pages/page.ts'
import { type WayState, wayTexts } from '../pages/way-texts.ts'

const params = z.strictObject({ token: z.string().min(1).max(120) })
const querystring = z.looseObject({ lang: z.enum(['id', 'en']).optional().catch(undefined) })
const answers = {
  200: pageAnswer('The change that the link stops, or has stopped'),
  404: pageAnswer('No such link'),
  410: pageAnswer('Its time is over'),
}

const statusOf: Partial<Record<WayState, number>> = { lost: 404, over: 410 }
const holder: Actor = { kind: 'system', name: 'link of the old channel' }

/**
 * The routes of links in messages to the holder of a phone number or email address; they need no log-in.
 * Messengers open every link in a message, so opening a link changes nothing: the page has a button for that.
 */
export const wayInRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    // The button of the page sends a form without fields, so its body is ignored.
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 1_000 },
      (_request, _body, done) => done(null, undefined),
    )
    const config = { access: 'open', takesNoKey: true } as const
    const schemaOf = (summary: string) => ({ summary, params, querystring, response: answers })

    app.get(
      '/stop/:token',
      {
        config,
        schema: schemaOf('The change that a link can stop: of a phone number, email address or bank account'),
      },
      async (request, reply) =>
        await answer(request, reply, async (work) => {
          const { state } = await stoppableChange(work, request.params.token)
          return state === 'open' ? 'ask' : state
        }),
    )
    app.post(
      '/stop/:token',
      { config, schema: schemaOf('Stop the change of a phone number, email address or bank account') },
      async (request, reply) =>
        await answer(request, reply, async (work) => {
          const { change, state, moneyLeft } = await stopChange(work, request.params.token)
          if (state === 'undone') return moneyLeft ? 'undone_late' : undoneOf(change)
          return state
        }),
    )
    app.get(
      '/email/:token',
      { config, schema: schemaOf('The email address that a link confirms') },
      async (request, reply) =>
        await answer(request, reply, async (work) => {
          const { emailConfirmedAt } = await confirmableEmail(work, request.params.token)
          return emailConfirmedAt === null ? 'confirm' : 'confirmed'
        }),
    )
    app.post(
      '/email/:token',
      { config, schema: schemaOf('Confirm an email address') },
      async (request, reply) =>
        await answer(request, reply, async (work) => {
          await confirmEmail(work, request.params.token)
          return 'confirmed'
        }),
    )

    async function answer(
      request: FastifyRequest,
      reply: FastifyReply,
      use: (work: Work) => Promise<WayState>,
    ): Promise<FastifyReply> {
      const language = languageOf(request)
      const state = await laku.unitOfWork.run(holder, use, { requestId: request.id }).catch(stateOf)
      const said = wayTexts[language][state]
      const body = noteOf(said)
      const hasForm = said.action !== undefined
      return sendPage(reply, {
        status: statusOf[state] ?? 200,
        language,
        title: said.title,
        body,
        hidden: true,
        hasForm,
      })
    }
  }

/** Returns the state of the page for a change that was undone just now. */
function undoneOf({ way, old }: WayChange): WayState {
  if (way === 'bank_account') return 'undone_account'
  return old === null ? 'undone_removed' : 'undone'
}

const states: Record<string, WayState | undefined> = {
  'way_in.stop_unknown': 'lost',
  'way_in.stop_too_late': 'over',
  'way_in.confirmation_invalid': 'lost',
}

function stateOf(error: unknown): WayState {
  const state = error instanceof DomainError ? states[error.code] : undefined
  if (!state) throw error
  return state
}
