import { type RawBuilder, sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { allOrEach, setAside } from '../../ops/index.ts'
import { type TrackingContext, trackParcels } from './track-parcels.ts'

// The maximum number of parcels about which one run of this regular job asks couriers. It is below Biteship's
// rate limit.
const BATCH = 50

// The time (s) for which one run of this job reserves a parcel, so that no other run asks about it. Even the
// slowest run ends within this time. If the courier does not answer, laku asks about the parcel again after
// this time.
const LEASE_S = 900

/**
 * Returns an SQL condition: some parcel had no update for policy.trackAfterHours. The index
 * `shipments_to_track` finds such parcels.
 */
export const trackingDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`(not (select paused from switches where name = 'biteship')
    and exists (select from shipments where track_at <= ${now}))`

/**
 * Asks couriers about parcels that had no update for long, a bounded number in one run. So a lost webhook
 * only delays a parcel's update.
 */
export async function sweepTracking(context: TrackingContext): Promise<void> {
  const { unitOfWork, actor } = context
  const ids = await unitOfWork.run(actor, claimSilent)
  const refused: { id: string; error: string }[] = []
  await allOrEach(
    ids,
    async (some) => {
      const { failed } = await trackParcels(context, some)
      refused.push(...failed.filter((failure) => failure.refused))
    },
    (id, error) => setAside(context, id, error, putOff),
  )
  if (refused.length > 0) {
    await unitOfWork.run(actor, (work) =>
      reportRefusedTracking(work, new Map(refused.map(({ id, error }) => [id, error]))),
    )
  }
}

/**
 * Returns the attention item for a parcel for which the courier's answer could not be recorded. This run has
 * reserved the parcel for 15 minutes. After that, another run asks the courier again.
 */
async function putOff({ tx }: Work, courierOrderId: string) {
  const { rows } = await sql<{ id: string; code: string }>`
    select id, code from shipments where provider_order_id = ${courierOrderId}`.execute(tx)
  const { id, code } = rows[0] ?? { id: courierOrderId, code: courierOrderId }
  return {
    subject: ['shipment', id] as [string, string],
    message: `The courier's answer about ${code} could not be recorded; laku asks again`,
    command: `laku shipments track ${code}`,
  }
}

async function claimSilent({ tx, now }: Work): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update shipments s set track_at = ${secondsAfter(now, LEASE_S)}
    from (
      select id from shipments where track_at <= ${now} order by track_at limit ${BATCH} for no key update skip locked
    ) due
    where s.id = due.id returning s.provider_order_id as id`.execute(tx)
  return rows.map((row) => row.id)
}

async function reportRefusedTracking(work: Work, errors: ReadonlyMap<string, string>): Promise<void> {
  const { rows } = await sql<{ id: string; code: string; providerOrderId: string }>`
    select id, code, provider_order_id from shipments where provider_order_id = any(${[...errors.keys()]}::text[])`.execute(
    work.tx,
  )
  for (const { id, code, providerOrderId } of rows) {
    work.requestAttention({
      kind: 'shipment_untracked',
      subject: ['shipment', id],
      message: `The courier does not say where ${code} is (${errors.get(providerOrderId)}). laku asks again; if that does not help, ask the courier.`,
      command: `laku shipments track ${code}`,
    })
  }
}
