import type { House } from './house.ts'

/** Returns the ids of this history's people. The database also has people of other histories. */
const idsOf = (house: House, kind: 'factory' | 'buyer') => house.ofKind(kind).map(({ id }) => id)

export const settlements = (house: House, ...statuses: string[]) =>
  house.laku.db
    .selectFrom('settlements')
    .select(['id', 'code', 'factoryId', 'netIdr', 'calculatedBy', 'status'])
    .where('factoryId', 'in', idsOf(house, 'factory'))
    .where('status', 'in', statuses)
    .orderBy('id')
    .execute()

export const withdrawals = (house: House, ...statuses: string[]) =>
  house.laku.db
    .selectFrom('withdrawals')
    .select(['id', 'code', 'userId', 'amountIdr', 'status', 'byHand'])
    .where('userId', 'in', idsOf(house, 'buyer'))
    .where('status', 'in', statuses)
    .orderBy('id')
    .execute()

export const refunds = (house: House, ...statuses: string[]) =>
  house.laku.db
    .selectFrom('refunds as r')
    .innerJoin('payments as p', 'p.id', 'r.paymentId')
    .select(['r.id', 'r.code', 'r.amountIdr', 'r.status', 'p.userId'])
    .where('p.userId', 'in', idsOf(house, 'buyer'))
    .where('r.status', 'in', statuses)
    .orderBy('r.id')
    .execute()

export const adjustmentsAsked = (house: House) =>
  house.laku.db
    .selectFrom('walletAdjustments')
    .select(['id', 'userId', 'changeIdr'])
    .where('userId', 'in', idsOf(house, 'buyer'))
    .where('status', '=', 'requested')
    .orderBy('id')
    .execute()

/** Returns the provider's payouts of this history's settlements and withdrawals. */
export async function payouts(house: House, ...statuses: string[]) {
  const subjects = [
    ...(await house.laku.db
      .selectFrom('settlements')
      .select('id')
      .where('factoryId', 'in', idsOf(house, 'factory'))
      .execute()),
    ...(await house.laku.db
      .selectFrom('withdrawals')
      .select('id')
      .where('userId', 'in', idsOf(house, 'buyer'))
      .execute()),
  ]
  if (subjects.length === 0) return []
  return await house.laku.db
    .selectFrom('payouts')
    .select(['id', 'key', 'status', 'providerPayoutId', 'calledAt'])
    .where(
      'subjectId',
      'in',
      subjects.map(({ id }) => id),
    )
    .where('route', '=', 'provider')
    .where('status', 'in', statuses)
    .orderBy('id')
    .execute()
}
