import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  createAddress,
  deleteAddress,
  getAddress,
  listAddresses,
  setDefaultAddress,
  updateAddress,
} from '../../domain/address/index.ts'
import { fromWire, toWire } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { readAgain } from '../read-again.ts'
import { byId, listOf, paging } from '../wire-parts.ts'

const line = (longest: number) => z.string().trim().min(1).max(longest)

const fields = {
  label: line(50),
  recipient_name: line(100),
  phone: z.string().min(6).max(32),
  street: line(300),
  district: line(100),
  city: line(100),
  province: line(100),
  postal_code: z.string().regex(/^[0-9]{5}$/),
}

// Biteship's id of an area, as returned by Biteship's map search
const area_id = z
  .string()
  .regex(/^[A-Z0-9]{4,60}$/)
  .nullable()

const address = z.object({
  id: z.uuid(),
  ...fields,
  phone: z.string(),
  area_id: z.string().nullable(),
  is_default: z.boolean(),
})
const newAddress = z.strictObject({
  ...fields,
  area_id: area_id.optional(),
  is_default: z.boolean().optional(),
})
const changes = z.strictObject({ ...fields, area_id }).partial()
const page = z.strictObject(paging)

/** The routes of a customer's own addresses. */
export const addressRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'customer', keyExpires: true } as const
    const repeatable = { ...config, again: readAgain((work, { id }) => getAddress(work, id)) }

    app.get(
      '/api/addresses',
      {
        config,
        schema: {
          summary: 'The caller’s addresses',
          querystring: page,
          response: { 200: listOf(address) },
        },
      },
      async (request) => {
        const addresses = await request.read((work) => listAddresses(work, request.query))
        return toWire(addresses)
      },
    )

    app.post(
      '/api/addresses',
      {
        config: repeatable,
        schema: { summary: 'Add an address', body: newAddress, response: { 201: address } },
      },
      async (request, reply) =>
        request.change(reply, 201, (work) => createAddress(work, fromWire(request.body))),
    )

    app.get(
      '/api/addresses/:id',
      {
        config,
        schema: { summary: 'One of the caller’s addresses', params: byId, response: { 200: address } },
      },
      async (request) => toWire(await request.read((work) => getAddress(work, request.params.id))),
    )

    app.patch(
      '/api/addresses/:id',
      {
        config: repeatable,
        schema: { summary: 'Change an address', params: byId, body: changes, response: { 200: address } },
      },
      async (request, reply) =>
        request.change(reply, 200, (work) => updateAddress(work, request.params.id, fromWire(request.body))),
    )

    app.delete(
      '/api/addresses/:id',
      { config, schema: { summary: 'Remove an address', params: byId, response: { 204: z.undefined() } } },
      async (request, reply) => {
        await request.read((work) => deleteAddress(work, request.params.id))
        return reply.code(204).send()
      },
    )

    app.post(
      '/api/addresses/:id/default',
      {
        config: repeatable,
        schema: {
          summary: 'Make an address the default one',
          params: byId,
          body: z.strictObject({}).nullish(),
          response: { 200: address },
        },
      },
      async (request, reply) =>
        request.change(reply, 200, (work) => setDefaultAddress(work, request.params.id)),
    )
  }
