import pLimit from 'p-limit'
import {
  type Actor,
  CALLS_AT_ONCE,
  kernelErrors,
  ProviderFailure,
  requireStaff,
  type UnitOfWork,
  type Work,
} from '../../kernel/index.ts'
import {
  type ClaimedBooking,
  type CourierChoice,
  type CourierGateway,
  liveShipment,
  logisticsErrors,
  openParcels,
  type ParcelOrigin,
  recordBooked,
  recordNotBooked,
  type ShipmentView,
} from '../../logistics/index.ts'
import { allOrEach } from '../../ops/index.ts'
import { bookableParcels } from './bookable.ts'
import { claimBookings } from './claim.ts'

export interface BookingContext {
  unitOfWork: UnitOfWork
  actor: Actor
  courier: CourierGateway
  origin: ParcelOrigin
}

/**
 * Books a courier for each of these orders that is paid, has its stock reserved and has no booking. laku
 * stores that it wants the booking, then calls the courier, then stores the outcome. The reference that laku
 * sends to the courier is derived from the order, so no parcel is booked twice. An order that throws does not
 * stop the others. Returns the orders that threw.
 */
export async function bookShipments(
  context: BookingContext,
  orderIds: readonly string[],
): Promise<{ orderId: string; error: unknown }[]> {
  const { unitOfWork, actor, origin } = context
  const claimed: ClaimedBooking[] = []
  const failed: { orderId: string; error: unknown }[] = []
  await allOrEach(
    orderIds,
    async (ids) => {
      const some = await unitOfWork.run(actor, async (work) => {
        await openShipments(work, ids)
        return await claimBookings(work, ids, origin)
      })
      claimed.push(...some)
    },
    async (orderId, error) => void failed.push({ orderId, error }),
  )
  await pLimit(CALLS_AT_ONCE).map(claimed, (booking) =>
    callAndRecord(context, booking).catch(
      (error: unknown) => void failed.push({ orderId: booking.orderId, error }),
    ),
  )
  return failed
}

/**
 * Inserts a parcel for each of these orders that may be booked and has no parcel under way. The other orders
 * are left unchanged.
 */
export async function openShipments(
  work: Work,
  orderIds: readonly string[],
  options: { courier?: CourierChoice | undefined; held?: boolean } = {},
): Promise<void> {
  await openParcels(work, await bookableParcels(work, orderIds, options))
}

async function callAndRecord(context: BookingContext, booking: ClaimedBooking): Promise<void> {
  const { unitOfWork, actor, courier } = context
  try {
    const order = await courier.createOrder(booking.request)
    await unitOfWork.run(actor, (work) => recordBooked(work, booking, order))
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    await unitOfWork.run(actor, (work) => recordNotBooked(work, booking, error))
  }
}

/**
 * Books a courier for one order now, even if the order is on hold; `courier` replaces the buyer's choice. If
 * the order already has a shipment, that shipment is returned and keeps its courier. If the courier cannot be
 * reached, the shipment stays pending and laku retries the booking.
 * @throws logistics.order_not_found, logistics.order_not_bookable, kernel.option_not_taken, kernel.forbidden
 */
export async function bookShipment(
  context: BookingContext,
  orderId: string,
  courier?: CourierChoice,
): Promise<ShipmentView> {
  const { unitOfWork, actor, origin } = context
  const claimed = await unitOfWork.run(actor, (work) => intendBooking(work, { orderId, courier, origin }))
  for (const booking of claimed) await callAndRecord(context, booking)
  return await unitOfWork.run(actor, async (work) => (await requireShipment(work, orderId)).shipment)
}

/**
 * Stores that staff want a courier booked for one order. Returns the request to send to the courier. Returns
 * nothing if a courier is booked already, or while staff have paused Biteship.
 * @throws logistics.order_not_found, logistics.order_not_bookable, kernel.option_not_taken, kernel.forbidden
 */
export async function intendBooking(
  work: Work,
  {
    orderId,
    courier,
    origin,
  }: { orderId: string; courier?: CourierChoice | undefined; origin: ParcelOrigin },
): Promise<ClaimedBooking[]> {
  requireStaff(work.actor, 'warehouse', 'support', 'service')
  await openShipments(work, [orderId], { courier, held: true })
  const { shipment } = await requireShipment(work, orderId)
  requireThisCourier(shipment, courier)
  work.audit({ command: 'shipments create', subject: ['order', orderId], after: { code: shipment.code } })
  return await claimBookings(work, [orderId], origin)
}

/**
 * Throws if staff name a courier that is not the courier of the existing parcel. Staff must cancel the parcel
 * before they choose another courier.
 */
function requireThisCourier({ code, courier: own }: ShipmentView, courier: CourierChoice | undefined): void {
  const [company, type] = [own.company, own.type]
  if (!courier || (courier.company === company && courier.type === type)) return
  throw kernelErrors.option_not_taken({
    option: '--courier',
    shipment: code,
    why: `it goes by ${company}:${type} already`,
  })
}

async function requireShipment(work: Work, orderId: string): Promise<{ shipment: ShipmentView }> {
  const shipment = await liveShipment(work.tx, orderId)
  if (shipment) return { shipment }
  const order = await work.tx
    .selectFrom('orders')
    .select(['code', 'status', 'statusReason', 'allocated'])
    .where('id', '=', orderId)
    .executeTakeFirst()
  if (!order) throw logisticsErrors.order_not_found({ orderId })
  throw logisticsErrors.order_not_bookable({ orderId, ...order })
}
