import { sql } from 'kysely'
import { asRecords, inSql, newId, secondsAfter, type Work } from '../../kernel/index.ts'
import { createPayments, type Payment } from '../../payment/index.ts'
import { liveParticipantStates } from '../transitions.ts'
import type { PricedJoin } from './rules.ts'

export interface RecordedJoin {
  participantId: string
  priced: PricedJoin
  payment: Payment
}

/**
 * Writes the participants of a session with their items, and their payments, in two statements for any number
 * of joins. If another process has already given the buyer a place in the session, the unique index refuses
 * the participant. The result does not contain refused participants.
 */
export async function recordJoins(work: Work, held: readonly PricedJoin[]): Promise<RecordedJoin[]> {
  if (held.length === 0) return []
  const drafts = held.map((priced) => ({
    participantId: newId(),
    priced,
    holdExpiresAt: holdEnd(work, priced),
  }))
  const written = await insertParticipants(work, drafts)
  const recorded = drafts.filter((draft) => written.has(draft.participantId))
  const payments = await createPayments(
    work,
    recorded.map(({ participantId, priced, holdExpiresAt }) => ({
      userId: priced.join.customerId,
      subject: { participantId, sessionId: priced.session.id },
      amountIdr: priced.totalIdr,
      method: priced.join.paymentMethod ?? 'invoice',
      walletIdr: priced.join.walletIdr,
      expiresAt: holdExpiresAt,
    })),
  )
  const byParticipant = new Map(payments.map((payment) => [payment.participantId, payment]))
  return recorded.map(({ participantId, priced }) => {
    const payment = byParticipant.get(participantId)
    if (!payment) throw new Error(`participant ${participantId} has no payment`)
    return { participantId, priced, payment }
  })
}

type Draft = { participantId: string; priced: PricedJoin; holdExpiresAt: Date }

/**
 * Returns the time at which an unpaid join stops holding its units: policy.holdMinutes after the join, or
 * fewer minutes for a buyer who never paid for anything. It is never after the session's end.
 */
function holdEnd({ now, policy }: Work, priced: PricedJoin): Date {
  const minutes = priced.isKnown ? policy.holdMinutes : Math.min(policy.holdMinutes, policy.holdMinutesNew)
  const end = secondsAfter(now, minutes * 60)
  return end < priced.session.endsAt ? end : priced.session.endsAt
}

async function insertParticipants(work: Work, drafts: readonly Draft[]): Promise<Set<string>> {
  const participants = drafts.map(({ participantId, priced, holdExpiresAt }) => ({
    id: participantId,
    sessionId: priced.session.id,
    userId: priced.join.customerId,
    status: 'held',
    units: priced.units,
    goodsIdr: priced.goodsIdr,
    shippingIdr: priced.rate.priceIdr,
    totalIdr: priced.totalIdr,
    courierCompany: priced.rate.company,
    courierType: priced.rate.type,
    feeEstimated: priced.rate.isEstimate ?? false,
    address: priced.address,
    joinedAt: work.now,
    holdExpiresAt,
  }))
  const items = drafts.flatMap(({ participantId, priced }) =>
    [...priced.items].map(([variantId, quantity]) => ({
      participantId,
      variantId,
      quantity,
      unitPriceIdr: priced.session.variants[variantId]?.priceIdr,
    })),
  )
  // This insert of a participant never waits for another transaction that inserts the same participant,
  // because each transaction locks the session first.
  const { rows } = await sql<{ id: string }>`
    with joined as (
      insert into group_participants
      select * from jsonb_populate_recordset(null::group_participants, ${asRecords(participants)}::jsonb)
      on conflict (session_id, user_id) where status in ${inSql(liveParticipantStates)} do nothing
      returning id
    ), items as (
      insert into participant_items (participant_id, variant_id, quantity, unit_price_idr)
      select i.participant_id, i.variant_id, i.quantity, i.unit_price_idr
      from jsonb_populate_recordset(null::participant_items, ${asRecords(items)}::jsonb) i
      join joined on joined.id = i.participant_id
    )
    select id from joined`.execute(work.tx)
  return new Set(rows.map((row) => row.id))
}
