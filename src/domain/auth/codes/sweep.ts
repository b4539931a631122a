import { type RawBuilder, sql } from 'kysely'
import { DomainError, secondsAfter } from '../../kernel/index.ts'
import { type DeliveryContext, deliverOtpAnotherWay } from './deliver-otp-another-way.ts'

/** Returns the SQL condition that there is a code whose delivery was not confirmed in time. */
export function codesDue(now: Date): RawBuilder<boolean> {
  return sql<boolean>`exists (select from otp_challenges where next_way_at <= ${now})`
}

const BATCH_SIZE = 100
/** The delay before laku tries again to send a code whose channel staff have paused (s). */
const AGAIN_S = 5

/**
 * If the delivery of a code was not confirmed in time, sends the code again by the next channel. WhatsApp
 * confirms a delivery, but it does not report a message that never arrived.
 */
export async function sweepCodes(context: DeliveryContext): Promise<void> {
  const { unitOfWork, actor } = context
  const due = await unitOfWork.run(actor, async ({ tx, now }) => {
    const { rows } = await sql<{ id: string }>`
      select id from otp_challenges where next_way_at <= ${now} order by next_way_at limit ${BATCH_SIZE}`.execute(
      tx,
    )
    return rows.map(({ id }) => id)
  })
  await Promise.all(due.map((id) => goOn(context, id)))
}

async function goOn(context: DeliveryContext, challengeId: string): Promise<void> {
  try {
    await deliverOtpAnotherWay(context, challengeId, { due: true })
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'kernel.paused') throw error
    await context.unitOfWork.run(context.actor, async ({ tx, now }) => {
      await sql`
        update otp_challenges set next_way_at = ${secondsAfter(now, AGAIN_S)}
        where id = ${challengeId} and next_way_at is not null`.execute(tx)
    })
  }
}
