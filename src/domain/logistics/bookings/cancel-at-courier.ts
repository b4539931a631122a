import { sql } from 'kysely'
import { cancelledStatuses } from '../../../providers/biteship/facts.ts'
import { type Actor, ProviderFailure, type UnitOfWork, type Work } from '../../kernel/index.ts'
import { requireRunning } from '../../ops/index.ts'
import type { CourierGateway } from '../courier.ts'
import { logisticsErrors } from '../errors.ts'
import { courierStatus } from '../tracking/courier-statuses.ts'
import { recordCancelled } from './record-cancelled.ts'
import { isCancelFailed } from './refusals.ts'

export interface CancelAtCourierContext {
  unitOfWork: UnitOfWork
  actor: Actor
  courier: CourierGateway
}

/** The reason code that laku sends to Biteship when it cancels a parcel. */
const REASON_CODE = 'others'
const NOT_FOUND = 404

/**
 * Cancels the booked parcel of an order: first at its courier, which may refuse, then in laku. It does
 * nothing if no parcel is booked. If the courier's answer is lost, laku asks for the parcel's status; while
 * that is unknown, nothing changes in laku.
 * @throws logistics.courier_cancel_refused where the courier has it on its way,
 * logistics.courier_order_unknown where the courier has no such parcel, logistics.courier_unavailable,
 * kernel.paused
 */
export async function cancelAtCourier(context: CancelAtCourierContext, orderId: string): Promise<void> {
  const { unitOfWork, actor, courier } = context
  const parcel = await unitOfWork.run(actor, (work) => bookedParcel(work, orderId))
  if (!parcel) return
  await cancelThere(courier, parcel)
  await unitOfWork.run(actor, (work) =>
    recordCancelled(work, parcel.id, { from: 'booked', to: 'cancelled', providerStatus: 'cancelled' }),
  )
}

interface BookedParcel {
  id: string
  code: string
  providerOrderId: string
}

async function bookedParcel(work: Work, orderId: string): Promise<BookedParcel | undefined> {
  await requireRunning(work.tx, 'biteship')
  const { rows } = await sql<BookedParcel>`
    select id, code, provider_order_id from shipments
    where order_id = ${orderId}::uuid and status = 'booked' and provider_order_id is not null`.execute(
    work.tx,
  )
  return rows[0]
}

async function cancelThere(courier: CourierGateway, { code, providerOrderId }: BookedParcel): Promise<void> {
  try {
    const { status } = await courier.cancelOrder(providerOrderId, REASON_CODE)
    if (status !== undefined && isOff(status)) return
    // If the courier agrees to cancel but reports no status, or a status other than cancelled, laku reads the
    // courier order again.
    if ((await statusThere(courier, providerOrderId)) === 'cancelled') return
    throw logisticsErrors.courier_unavailable({ code, reason: status ?? 'not_confirmed' })
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    const there = await statusThere(courier, providerOrderId)
    if (there === 'cancelled') return
    if (there === 'no_such_order' && error.httpStatus === NOT_FOUND)
      throw logisticsErrors.courier_order_unknown({ shipment: code, reason: error.code })
    if (error.outcome === 'refused' && !isCancelFailed(error))
      throw logisticsErrors.courier_cancel_refused({ code, reason: error.code })
    throw logisticsErrors.courier_unavailable({ code, reason: error.code })
  }
}

const isOff = (word: string) => cancelledStatuses.includes(courierStatus(word))

/**
 * Asks the courier whether it has cancelled the parcel. Laku's call to cancel it may have worked, although it
 * seemed to fail. An earlier call may have cancelled it too. Returns `no_such_order` if the courier answers
 * that it has no such order.
 */
async function statusThere(
  courier: CourierGateway,
  providerOrderId: string,
): Promise<'cancelled' | 'no_such_order' | 'not_cancelled'> {
  try {
    return isOff((await courier.getOrder(providerOrderId)).status) ? 'cancelled' : 'not_cancelled'
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return error.httpStatus === NOT_FOUND ? 'no_such_order' : 'not_cancelled'
  }
}
