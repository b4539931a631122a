import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'

const args = [{ name: 'pickup', description: 'the UUID of the pickup' }] as const

const count = z.string().transform((text, context) => {
  const [sku = '', counted = ''] = text.split('=')
  if (!sku || !/^\d{1,7}$/.test(counted)) {
    context.addIssue('it takes SKU=pieces, like KAOS-M=24')
    return z.NEVER
  }
  return { sku: sku.toUpperCase(), counted: Number(counted) }
})

export const start = defineChange({
  name: 'start',
  description: 'Start a pickup: the agent is at the factory and begins to count.',
  args,
  input: z.object({ pickup: z.uuid() }),
  examples: ['laku offices pickups start 01990000-0000-7000-8000-000000000001'],
  change: async (work, { pickup: pickupId }) => {
    const { startPickup } = await import('../../../domain/office/index.ts')
    return await startPickup(work, { pickupId })
  },
  done: ({ purchaseOrder, items }) =>
    `Counting ${purchaseOrder.code}: ${items.map((item) => item.sku).join(', ')}.`,
})

export const complete = defineChange({
  name: 'complete',
  description: 'Complete a pickup: every item is counted, and the goods are on the way to the warehouse.',
  args,
  options: [
    { flags: '--count <count...>', description: 'the counts: SKU=pieces for each item of the list' },
    { flags: '--photo <url>', description: 'the URL of a photo of the goods' },
    { flags: '--signed-by <name>', description: 'the name of the person who signed for the factory' },
    { flags: '--signature <url>', description: 'the URL of the picture of the signature' },
  ],
  input: z.object({
    pickup: z.uuid(),
    count: z.array(count).min(1),
    photo: z.url({ protocol: /^https$/, error: 'it takes an https address' }),
    signedBy: z.string().trim().min(1).max(200),
    signature: z.url({ protocol: /^https$/, error: 'it takes an https address' }),
  }),
  examples: [
    'laku offices pickups complete 0190… --count KAOS-M=24 KAOS-L=10 --photo https://… --signed-by "Pak Asep" --signature https://…',
  ],
  change: async (work, { pickup: pickupId, count: counts, photo, signedBy, signature }) => {
    const { completePickup, getPickup } = await import('../../../domain/office/index.ts')
    const { items } = await getPickup(work, pickupId)
    const variants = new Map(items.map((item) => [item.sku, item.variantId]))
    return await completePickup(work, {
      pickupId,
      // A SKU that is not in the pickup's list of items is passed on unchanged; the use case refuses it.
      counts: counts.map(({ sku, counted }) => ({ variantId: variants.get(sku) ?? sku, counted })),
      photoUrl: photo,
      signedBy,
      signatureUrl: signature,
    })
  },
  done: ({ purchaseOrder, items }) => {
    const [counted, expected] = items.reduce(
      ([c, e], item) => [c + (item.counted ?? 0), e + item.expected],
      [0, 0],
    )
    return `${counted} of ${expected} pieces of ${purchaseOrder.code} are on their way.`
  },
})

export const fail = defineChange({
  name: 'fail',
  description: 'Fail a pickup: nothing could be picked up.',
  args,
  input: z.object({ pickup: z.uuid() }),
  examples: [
    'laku offices pickups fail 01990000-0000-7000-8000-000000000001 --reason "the factory was closed"',
  ],
  needsReason: true,
  change: async (work, { pickup: pickupId }, reason) => {
    const { failPickup } = await import('../../../domain/office/index.ts')
    return await failPickup(work, { pickupId, reason })
  },
  done: ({ purchaseOrder }) =>
    `The pickup of ${purchaseOrder.code} has failed; laku offices pickups schedule sends another.`,
})

export const cancel = defineChange({
  name: 'cancel',
  description: 'Cancel a pickup.',
  args,
  input: z.object({ pickup: z.uuid() }),
  examples: [
    'laku offices pickups cancel 01990000-0000-7000-8000-000000000001 --reason "the factory delivers itself"',
  ],
  needsReason: true,
  change: async (work, { pickup: pickupId }, reason) => {
    const { cancelPickup } = await import('../../../domain/office/index.ts')
    return await cancelPickup(work, { pickupId, reason })
  },
  done: ({ purchaseOrder }) => `The pickup of ${purchaseOrder.code} is cancelled.`,
})
