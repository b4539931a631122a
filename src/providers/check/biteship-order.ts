import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type { CourierGateway, CourierPlace } from '../../domain/logistics/courier.ts'
import { cancelFailedCodes, cancelledStatuses, finalRefusalCodes } from '../biteship/facts.ts'
import { type Difference, type Ear, fieldsIn, type Probe, rowsIn } from './probe.ts'

export interface OrderProbe {
  courier: CourierGateway
  ear: Ear
  origin: CourierPlace
  /**
   * The reference of the order. By this reference laku later recognises that `laku providers check` made the
   * order.
   */
  referenceId: string
}

const items = [{ name: 'laku providers check', valueIdr: 100_000, quantity: 1, weightG: 1000 }]

/**
 * Returns a probe that books a parcel with a test key, reads the order and cancels it. No courier learns of
 * it and nothing is charged (biteship.test-orders).
 */
export function orderProbe({ courier, ear, origin, referenceId }: OrderProbe): Probe {
  return {
    provider: 'biteship',
    name: 'an order, cancelled',
    makes: true,
    ask: async () => {
      const destination = { ...origin, postalCode: '60281', address: 'Jl. Tunjungan 1, Surabaya' }
      const { postalCode } = origin
      const rates = await courier.rates({
        originPostalCode: postalCode,
        destinationPostalCode: destination.postalCode,
        items,
      })
      const [rate] = rates
      if (!rate) return { says: 'no rate was offered, so no order could be booked', empty: true }
      const { company, type } = rate
      const order = { referenceId, origin, destination, company, type, items }
      const made = await madeOr(() => courier.createOrder(order))
      if (typeof made === 'string') return { says: 'refused', differences: [refusedWith(made)] }
      const differences = atOnce(ear.body)
      try {
        await courier.getOrder(made.id)
        differences.push(...nulls(ear.body))
      } finally {
        differences.push(...(await checkCancelled(courier, made.id)))
      }
      return { says: `booked with ${company}:${type}, read and cancelled`, differences }
    },
  }
}

/** Makes the order and returns it. If Biteship refuses the parcel finally, returns the error code instead. */
async function madeOr<T>(make: () => Promise<T>): Promise<T | string> {
  try {
    return await make()
  } catch (error) {
    if (!(error instanceof ProviderFailure) || !finalRefusalCodes.includes(error.code)) throw error
    return error.code
  }
}

function refusedWith(code: string): Difference {
  return {
    fact: 'biteship.final-refusals',
    says: `a complete order is refused with ${code}`,
    todo: 'look the code up in Biteship’s reference: it may refuse the address or the phone number of the warehouse',
  }
}

function atOnce(body: unknown): Difference[] {
  if (typeof fieldsIn(fieldsIn(body).courier).waybill_id !== 'string') return []
  return [
    {
      fact: 'biteship.waybill',
      says: 'an order has its waybill number at once, not later',
      todo: 'nothing, because laku accepts the number whenever it comes',
    },
  ]
}

function nulls(body: unknown): Difference[] {
  const { tracking_id, history } = fieldsIn(fieldsIn(body).courier)
  const missing = [
    typeof tracking_id !== 'string' && 'no tracking id',
    rowsIn(history).some((line) => typeof line.updated_at !== 'string') &&
      'a history whose entries have no times',
  ].filter((value) => value !== false)
  if (missing.length === 0) return []
  return [
    {
      fact: 'biteship.nullable',
      says: `an order has ${missing.join(' and ')}`,
      todo: 'nothing, because laku books it anyway',
    },
  ]
}

async function checkCancelled(courier: CourierGateway, id: string): Promise<Difference[]> {
  const fact = 'biteship.called-off'
  try {
    const { status = 'nothing' } = await courier.cancelOrder(id, 'others')
    if (status === 'cancelled') return []
    const todo = cancelledStatuses.includes(status)
      ? 'nothing, because laku treats it as cancelled'
      : 'nothing, because laku reads such an order again'
    return [{ fact, says: `the answer to a cancellation says ${status} instead of cancelled`, todo }]
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.outcome !== 'refused' || error.httpStatus === 401)
      throw error
    const todo = `cancel the test order ${id} in the dashboard; when laku cannot cancel a parcel, it tells the person that the parcel is delivered anyway`
    const known = cancelFailedCodes.includes(error.code)
      ? ''
      : ', a code that laku does not know for this case'
    return [{ fact, says: `a new order cannot be cancelled: ${error.code}${known}`, todo }]
  }
}
