import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Laku } from '../runtime/laku.ts'

/** Every plugin with routes; a route that is not reached from here does not exist. */
export const routes: readonly ((laku: Laku) => FastifyPluginAsyncZod)[] = []
