import { z } from 'zod'

/** A page as an answer in a route's schema. */
export const html = (description: string) => ({
  description,
  content: { 'text/html; charset=utf-8': { schema: z.string() } },
})
