import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { statesOf, toWire } from '../../domain/kernel/index.ts'
import { listOffices, officeTransitions } from '../../domain/office/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { listOf, paging } from '../wire-parts.ts'

const named = z.object({ id: z.uuid(), name: z.string() })
const office = z.object({
  id: z.uuid(),
  name: z.string(),
  phone: z.string(),
  street: z.string(),
  city: z.string(),
  province: z.string(),
  postal_code: z.string(),
  status: z.enum(statesOf(officeTransitions)),
  agents: z.array(named),
  factories: z.array(named),
})
const offices = listOf(office)
const page = z.strictObject({
  status: z.enum(statesOf(officeTransitions)).optional(),
  ...paging,
})

/** The route that lists the offices of agents, for staff; an agent sees only their own office. */
export const officeRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/api/offices',
      {
        config: { access: 'staff' },
        schema: {
          summary: 'Offices, with their agents and factories',
          querystring: page,
          response: { 200: offices },
        },
      },
      async (request) => toWire(await request.read((work) => listOffices(work, request.query))),
    )
  }
