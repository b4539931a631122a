import { z } from 'zod'

/** The argument that names a purchase order, for every verb that takes one. */
export const orderArgument = { name: 'order', description: 'the UUID or code of the purchase order' } as const
export const orderInput = { order: z.string().min(1) }
