import { z } from 'zod'

// This file holds the parts of request bodies and answers that several routes share.

export const byId = z.strictObject({ id: z.uuid() })
/**
 * The path parameter of a route to one object. It is the object's id, or the code that people use for the
 * object.
 */
export const byIdOrCode = z.strictObject({ id: z.string().min(1).max(60) })

/** An amount in whole rupiah. */
export const idr = z.int()

/** The parameters for a page of a list: the number of items, and the cursor from the previous page. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.uuid().optional(),
}

/** Returns the schema of a page of a list, with the cursor of the next page. */
export const listOf = <Row extends z.ZodType>(row: Row) =>
  z.object({ data: z.array(row), next_cursor: z.string().nullable() })

/** The variants that a buyer orders, and the quantity of each. */
export const wantedItems = z
  .array(z.strictObject({ variant_id: z.uuid(), quantity: z.int().min(1).max(100_000) }))
  .min(1)
  .max(50)

export const courierChoice = z.strictObject({
  company: z.string().min(1).max(40),
  type: z.string().min(1).max(40),
})

/** The fields by which a buyer chooses how to pay. If they are left out, the buyer pays by invoice. */
export const payWith = {
  payment_method: z
    .enum(['invoice', 'wallet', 'wallet+invoice'])
    .optional()
    .describe(
      'wallet: everything from the wallet, at once; wallet+invoice: a part from the wallet, held at once, and the rest by invoice',
    ),
  wallet_idr: idr
    .min(1)
    .max(1_000_000_000)
    .optional()
    .describe(
      'with wallet+invoice: the part that the wallet pays. Default: as much as the wallet has, but at least the minimum of an invoice is left to pay',
    ),
}

/**
 * Returns false if `wallet_idr` is given with another payment method than `wallet+invoice`. Only this method
 * pays a part of the price from the wallet.
 */
export const namesPartRightly = (body: {
  payment_method?: string | undefined
  wallet_idr?: number | undefined
}) => body.wallet_idr === undefined || body.payment_method === 'wallet+invoice'

export const partNamedWrongly = {
  path: ['wallet_idr'],
  error: 'it can be used only with payment_method wallet+invoice',
}

/** A payment as the API returns it to its buyer. */
export const payment = z.object({
  id: z.uuid(),
  code: z.string(),
  status: z.string(),
  amount_idr: idr,
  wallet_idr: idr.describe('the part that the buyer’s wallet pays; the rest is paid by invoice'),
  invoice_url: z.string(),
  expires_at: z.string(),
  refund_to: z
    .enum(['source', 'wallet'])
    .nullable()
    .optional()
    .describe(
      'of a paid one: where a refund of all that is left would go now; what the wallet paid goes back into it beside',
    ),
})
