import { sql } from 'kysely'
import pLimit from 'p-limit'
import {
  type Actor,
  attempt,
  CALLS_AT_ONCE,
  ProviderFailure,
  type UnitOfWork,
  type Work,
} from '../../kernel/index.ts'
import type { CourierGateway, TrackedCourierOrder } from '../courier.ts'
import { recordTracking } from './record.ts'

export interface TrackingContext {
  unitOfWork: UnitOfWork
  actor: Actor
  courier: CourierGateway
}

/** The outcome of asking couriers about parcels. Parcels are named by the courier's order ids. */
export interface Asked {
  read: string[]
  failed: { id: string; error: string; refused: boolean }[]
  /** The courier's order ids for which laku has no parcel. The parcel's booking may not be recorded yet. */
  unknown: string[]
}

// The maximum number of attempts to read one parcel from its courier and to record the answer. An attempt
// fails if somebody else changes the parcel between the reading and the recording.
const TRIES = 3

/**
 * Asks couriers about these courier orders and updates their parcels. A courier order is read again if its
 * parcel changed during the call. `mark` runs in the transaction that records the couriers' answers.
 */
export async function trackParcels(
  context: TrackingContext,
  courierOrderIds: readonly string[],
  mark: (work: Work, asked: Asked) => Promise<void> = async () => {},
): Promise<Asked> {
  const { unitOfWork, actor } = context
  const ids = [...new Set(courierOrderIds)]
  const asked: Asked = { read: [], failed: [], unknown: [] }
  let left = ids
  for (let tried = 1; left.length > 0 && tried <= TRIES; tried++) {
    const versions = await unitOfWork.run(actor, (work) => versionsOf(work, left))
    const orders = await readAll(context, [...versions.keys()])
    const now: Asked = {
      read: [],
      failed: failuresIn(orders),
      unknown: left.filter((id) => !versions.has(id)),
    }
    const readings = [...orders.values()]
      .filter((order): order is TrackedCourierOrder => !(order instanceof ProviderFailure))
      .map((order) => ({ order, version: versions.get(order.id) as number }))
    left = await unitOfWork.run(actor, async (work) => {
      const stale = await recordTracking(work, readings)
      now.read = readings.map((reading) => reading.order.id).filter((id) => !stale.includes(id))
      if (tried === TRIES) now.failed.push(...stale.map(movedMeanwhile))
      await mark(work, now)
      return stale
    })
    asked.read.push(...now.read)
    asked.failed.push(...now.failed)
    asked.unknown.push(...now.unknown)
  }
  return asked
}

const movedMeanwhile = (id: string) => ({ id, error: 'it moved while it was read', refused: false })

async function versionsOf({ tx }: Work, ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: string; version: number }>`
    select provider_order_id as id, version from shipments where provider_order_id = any(${[...ids]}::text[])`.execute(
    tx,
  )
  return new Map(rows.map(({ id, version }) => [id, version]))
}

type Answer = TrackedCourierOrder | ProviderFailure

async function readAll({ courier }: TrackingContext, ids: readonly string[]): Promise<Map<string, Answer>> {
  const answers = await pLimit(CALLS_AT_ONCE).map([...ids], (id) =>
    // The courier's answer is stored under the order id that laku asked for, even if the answer contains
    // another id.
    attempt(async () => ({ ...(await courier.getOrder(id)), id })),
  )
  return new Map(ids.map((id, i) => [id, answers[i] as Answer]))
}

function failuresIn(orders: ReadonlyMap<string, Answer>): Asked['failed'] {
  return [...orders].flatMap(([id, answer]) =>
    answer instanceof ProviderFailure
      ? [{ id, error: answer.message, refused: answer.outcome === 'refused' }]
      : [],
  )
}
