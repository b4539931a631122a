import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { orderedLine, withVariantIds } from './lines.ts'

export const create = defineChange({
  name: 'create',
  description:
    'Order goods from a factory, for a session or for the stock. It is a draft, unless you give --send.',
  options: [
    { flags: '--line <line...>', description: 'the lines, each as SKU=pieces, all of one factory' },
    {
      flags: '--session <session>',
      description: 'for this session (UUID or code), which gets the goods first',
    },
    { flags: '--send', description: 'send it to the factory now' },
  ],
  input: z.object({
    line: z.array(orderedLine).min(1),
    session: z.string().optional(),
    send: z.boolean().default(false),
  }),
  examples: ['laku purchase-orders create --line KAOS-HITAM-M=24 --line KAOS-HITAM-L=12 --send'],
  change: async (work, { line, session, send }) => {
    const { createPurchaseOrder, sendPurchaseOrder } = await import('../../domain/warehouse/index.ts')
    const { sessionNamed } = await import('../sessions/session.ts')
    const of = session === undefined ? undefined : await sessionNamed(work.tx, session)
    const made = await createPurchaseOrder(work, {
      session: of && { id: of.id, productId: of.product.id },
      lines: await withVariantIds(work.tx, line),
    })
    return send ? await sendPurchaseOrder(work, made.id) : made
  },
  done: ({ code, status, factory }) =>
    status === 'draft'
      ? `${code} is a draft: laku purchase-orders send ${code}`
      : `${code} is sent to ${factory.name}.`,
})
