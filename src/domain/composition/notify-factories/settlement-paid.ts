import { factoriesById } from '../../factory/index.ts'
import { type EventOf, formatIdr, type Work } from '../../kernel/index.ts'
import { queueMessages } from '../../whatsapp/index.ts'

/** Reacts to settlement.paid: a WhatsApp message tells the factory how much was paid to it. */
export async function notifyFactoriesOfSettlement(
  work: Work,
  events: EventOf<'settlement.paid'>[],
): Promise<void> {
  const factories = await factoriesById(
    work.tx,
    events.map((event) => event.payload.factoryId),
  )
  await queueMessages(
    work,
    events.flatMap(({ id, payload }) => {
      const factory = factories.get(payload.factoryId)
      if (!factory) return []
      return {
        dedupeKey: `settlement_paid:${id}`,
        to: factory.phone,
        template: 'settlement_paid',
        params: [factory.name, payload.code, formatIdr(payload.netIdr)],
      }
    }),
  )
}
