import { z } from 'zod'

/** The argument that names a purchase order, for every verb that takes one. */
export const orderArgument = { name: 'order', description: 'UUID or code' } as const
export const orderInput = { order: z.string().min(1) }
