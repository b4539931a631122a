import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import type { TierView } from '../../domain/group-buying/views.ts'

// Only the newest 20 participants are printed. The counts above them include all participants.
const SHOWN = 20

export const show = defineShow({
  name: 'show',
  description: 'Show one session, its price tiers and its newest buyers.',
  args: [{ name: 'session', description: 'the UUID or code of the session' }],
  input: z.object({ session: z.string() }),
  examples: ['laku sessions show GBS-261123-7K3QX2'],
  run: async (context, { session }) => {
    const { getSession } = await import('../../domain/group-buying/list.ts')
    const { listParticipants } = await import('../../domain/group-buying/joins/list-participants.ts')
    const { balanceIdr } = await import('../../domain/ledger/balances.ts')
    const { escrow } = await import('../../domain/ledger/accounts.ts')
    return await context.read(async ({ tx }) => {
      const found = await getSession(tx, session, { withDrafts: true })
      const { data: joined } = await listParticipants(tx, { sessionId: found.id, limit: SHOWN })
      return { ...found, escrowIdr: await balanceIdr(tx, escrow(found.id)), joined }
    })
  },
  fields: [
    { name: 'code', kind: 'code', value: (session) => session.code },
    { name: 'id', kind: 'code', value: (session) => session.id },
    { name: 'status', kind: 'status', value: (session) => session.status },
    { name: 'product', value: (session) => session.product.name },
    { name: 'paid_units', kind: 'number', value: (session) => session.paidUnits },
    { name: 'held_units', kind: 'number', value: (session) => session.heldUnits },
    {
      name: 'participants',
      heading: 'paid buyers',
      kind: 'number',
      value: (session) => session.participants,
    },
    { name: 'moq', heading: 'MOQ', kind: 'number', value: (session) => session.moq },
    { name: 'capacity', kind: 'number', value: (session) => session.capacity },
    { name: 'close_policy', heading: 'closes', value: (session) => session.closePolicy },
    { name: 'starts_at', heading: 'starts', kind: 'time', value: (session) => session.startsAt },
    { name: 'ends_at', heading: 'ends', kind: 'time', value: (session) => session.endsAt },
    { name: 'final_min_units', kind: 'number', value: (session) => session.finalMinUnits },
    { name: 'final_unit_price_idr', kind: 'idr', value: (session) => session.finalUnitPriceIdr },
    { name: 'escrow_idr', kind: 'idr', value: (session) => session.escrowIdr },
  ],
  sections: ({ tiers, joined }) => [
    section(
      'Tiers',
      [
        { name: 'min_units', heading: 'from units', kind: 'number', value: (tier) => tier.minUnits },
        { name: 'variant', value: (tier) => tier.variant },
        { name: 'unit_price_idr', kind: 'idr', value: (tier) => tier.unitPriceIdr },
      ],
      tiers.flatMap(tierRows),
    ),
    section(
      'Newest participants',
      [
        { name: 'joined_at', kind: 'time', value: (session) => session.joinedAt },
        { name: 'status', kind: 'status', value: (session) => session.status },
        { name: 'units', kind: 'number', value: (session) => session.units },
        { name: 'total_idr', kind: 'idr', value: (session) => session.totalIdr },
        { name: 'payment', kind: 'code', value: (session) => session.payment.code },
      ],
      joined,
    ),
  ],
})

/** Returns one row for a tier, or one row for each variant if the variants differ in price. */
function tierRows({ minUnits, unitPriceIdr, variantPrices }: TierView) {
  if (!variantPrices) return [{ minUnits, variant: 'all', unitPriceIdr }]
  return variantPrices.map((variantPrice) => ({
    minUnits,
    variant: variantPrice.sku,
    unitPriceIdr: variantPrice.unitPriceIdr,
  }))
}
