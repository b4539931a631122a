import { sql } from 'kysely'
import { DomainError } from '../../src/domain/kernel/index.ts'
import { decideSuspense, disposeSuspense, undoSuspense } from '../../src/domain/payment/index.ts'
import {
  type AskedDisposal,
  listSuspense,
  type SuspenseItem,
  showSuspense,
} from '../../src/domain/suspense/index.ts'
import type { House } from './house.ts'
import type { Person } from './people.ts'
import { atProvider } from './provider-acts.ts'

export const openSuspense = async (house: House): Promise<SuspenseItem[]> =>
  (await house.laku.system(({ tx }) => listSuspense(tx, { limit: 200 }))).data

/** Returns the owner of the money, by the provider's record; undefined if it is nobody of this history. */
export async function ownerOf(
  house: House,
  { userId, factoryId, providerId }: SuspenseItem,
): Promise<Person | undefined> {
  const named = house.person(userId) ?? house.person(factoryId)
  if (named || !providerId) return named
  const { payouts, refunds } = await atProvider(house)
  const of = (id: string) => [...payouts, ...refunds].find((payout) => payout.id === id)?.person
  const direct = of(providerId)
  if (direct || !providerId.startsWith('txn')) return direct
  const { productId } = await house.gateway.getTransaction(providerId)
  return productId ? of(productId) : undefined
}

/**
 * Disposes of money in suspense, in each possible way in turn. A large amount needs a second person. Every
 * third time the decision is taken back and made again.
 */
export async function dispose(house: House, item: string, isAgain = false): Promise<void> {
  const { laku } = house
  const show = (text: string) => laku.system(({ tx }) => showSuspense(tx, text))
  const found = await show(item)
  const { id, amountIdr } = found
  const owner = await ownerOf(house, found)
  const [clerk, other] = house.clerks as [House['clerks'][number], House['clerks'][number]]
  const decide = (decision: 'approve' | 'reject') =>
    laku.as(other, async (work) => {
      const { request } = await showSuspense(work.tx, id)
      return await decideSuspense(
        work,
        id,
        decision === 'reject' ? { decision } : { decision, request: request ?? undefined },
      )
    })
  /** Approves a disposal that waits for a second person, or rejects it if it can no longer be done. */
  const isOver = async () => {
    const { status } = await show(id)
    if (status !== 'requested') return status !== 'open'
    if (await isAllowed(decide('approve'))) return true
    await decide('reject')
    return false
  }
  if (!(await isOver()))
    for (const asked of waysOf(house, owner)) {
      // An empty wallet cannot give money back, so another way is tried.
      const isAsked = await isAllowed(laku.as(clerk, (work) => disposeSuspense(work, id, asked)))
      if (isAsked && (await isOver())) break
    }
  const after = await show(id)
  if (found.status === 'open' && after.decidedBy !== null && after.decidedBy === after.askedBy) {
    // A decision that one person made alone counts like everything else that this person gave.
    const isKnown = owner !== undefined && (await isKnownToLaku(house, owner, found))
    const receiver = isKnown ? `${owner.kind === 'buyer' ? 'user' : 'factory'}:${owner.id}` : id
    house.alone.note('given', clerk.id, receiver, Math.abs(amountIdr), laku.clock.now())
  }
  const isTakenBack =
    !isAgain &&
    house.disposals % 3 === 0 &&
    (await isAllowed(laku.as(clerk, (work) => undoSuspense(work, id))))
  if (isTakenBack) return await dispose(house, id, true)
  if (!owner) return
  if (after.status === 'collected') owner.collectedIdr += amountIdr
  if (after.status === 'written_off') owner.letGoIdr += amountIdr
}

/**
 * Returns whether laku can know the owner of money in suspense. It knows the owner of a payout by the bank
 * account, and the owner of a refund by the payment. A restore loses bank accounts and payments that are
 * newer than the backup. Then only the provider knows the owner, so laku cannot count the receiver's limit;
 * the limit of the person who decides holds all the same.
 */
async function isKnownToLaku(house: House, { id }: Person, item: SuspenseItem): Promise<boolean> {
  if (item.userId ?? item.factoryId) return true
  const { kind, providerId, reference } = item
  const refund = (await atProvider(house)).refunds.find(
    (refund) => refund.id === providerId || refund.reference_id === reference,
  )
  const { rows } = await sql`
    select from withdrawal_destinations where user_id = ${id} and ${kind} = 'payout'
    union all select from factory_bank_accounts where factory_id = ${id} and ${kind} = 'payout'
    union all select from payments where provider_invoice_id = ${refund?.invoice_id ?? null} and ${kind} = 'refund'`.execute(
    house.laku.db,
  )
  return rows.length > 0
}

/** Returns all ways to dispose of a person's money in suspense. Each call begins with another way. */
function waysOf(house: House, owner: Person | undefined): AskedDisposal[] {
  const toOwner = ({ id, kind }: Person): AskedDisposal =>
    kind === 'factory' ? { to: 'offset', factoryId: id } : { to: 'wallet', userId: id }
  const ways: AskedDisposal[] = [
    ...(owner ? [toOwner(owner)] : []),
    { to: 'collected', reference: `C ${process.pid} ${++house.references}` },
    { to: 'written_off' },
  ]
  const first = house.disposals++ % ways.length
  return [...ways.slice(first), ...ways.slice(0, first)]
}

/** Returns false if a rule of laku refuses the act. */
const isAllowed = (act: Promise<unknown>): Promise<boolean> =>
  act.then(
    () => true,
    (error: unknown) => {
      if (error instanceof DomainError) return false
      throw error
    },
  )
