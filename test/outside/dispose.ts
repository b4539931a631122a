import { DomainError } from '../../src/domain/kernel/index.ts'
import { decideSuspense, disposeSuspense } from '../../src/domain/payment/index.ts'
import { listSuspense, type SuspenseItem, showSuspense } from '../../src/domain/suspense/index.ts'
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

/** Disposes of money in suspense, in each possible way in turn. A large amount needs a second person. */
export async function dispose(house: House, item: string): Promise<void> {
  const found = await house.laku.system(({ tx }) => showSuspense(tx, item))
  const { id, amountIdr, status } = found
  const owner = await ownerOf(house, found)
  const [clerk, other] = house.clerks as [House['clerks'][number], House['clerks'][number]]
  const as = {
    factory: { to: 'offset', factoryId: owner?.id },
    buyer: { to: 'wallet', userId: owner?.id },
  } as const
  const ways = [
    ...(owner ? [as[owner.kind]] : []),
    { to: 'collected', reference: `C ${process.pid} ${++house.references}` },
    { to: 'written_off' },
  ] as const
  if (status === 'open') {
    const first = house.disposals++ % ways.length
    const turned = [...ways.slice(first), ...ways.slice(0, first)]
    for (const asked of turned) {
      const isDone = await house.laku
        .as(clerk, (work) => disposeSuspense(work, id, asked as Parameters<typeof disposeSuspense>[2]))
        .then(
          () => true,
          (error: unknown) => {
            // An empty wallet cannot give money back, so another way is tried.
            if (error instanceof DomainError) return false
            throw error
          },
        )
      if (isDone) break
    }
  }
  let after = await house.laku.system(({ tx }) => showSuspense(tx, id))
  if (after.status === 'requested') {
    await house.laku.as(other, (work) => decideSuspense(work, id, 'approve'))
    after = await house.laku.system(({ tx }) => showSuspense(tx, id))
  } else if (after.decidedBy && status === 'open') {
    // A decision that one person made alone counts like everything else that this person gave.
    house.alone.note(
      'given',
      clerk.id,
      owner ? `${owner.kind === 'buyer' ? 'user' : 'factory'}:${owner.id}` : id,
      Math.abs(amountIdr),
      house.laku.clock.now(),
    )
  }
  if (!owner) return
  if (after.status === 'collected') owner.collectedIdr += amountIdr
  if (after.status === 'written_off') owner.letGoIdr += amountIdr
}
