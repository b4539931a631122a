import { z } from 'zod'
import { defineAsking } from '../../cli/define/asking.ts'
import { gatewayContext } from './gateway.ts'

export const book = defineAsking({
  name: 'book',
  description: "Book one line of the provider's list now. Money that cannot be assigned goes into suspense.",
  args: [{ name: 'line', description: "the provider's id of the line, from laku payments reconcile" }],
  input: z.object({ line: z.string().min(1).max(200) }),
  examples: ['laku payments book txn_13dd178d-41fa-40b7-8fd3-f83675d6f413 --reason "found by reconcile"'],
  intend: async (work, { line }) => {
    const { intendBookLine } = await import('../../domain/payment/index.ts')
    await intendBookLine(work, line)
    return [
      {
        provider: 'xendit',
        what: `its line ${line}, and the payment, refund or payout that the line is about`,
      },
    ]
  },
  run: async ({ context, actor, input: { line } }) => {
    const { bookLine, intendBookLine } = await import('../../domain/payment/index.ts')
    const { payouts } = await context.providers()
    const gateway = { ...(await gatewayContext(context)), actor, payouts }
    await gateway.unitOfWork.run(actor, (work) => intendBookLine(work, line))
    return await bookLine(gateway, line)
  },
  done: ({ id, became }) =>
    ({
      agreed: `Our ledger and the provider's list agree on ${id}.`,
      suspended: `The money of ${id} cannot be assigned, so it is in suspense: laku suspense list`,
      waits: `${id} is not final yet, or a person must decide what it is: laku attention list`,
    })[became],
})
