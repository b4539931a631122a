import { factoriesOfAccount } from '../factory/index.ts'
import type { Work } from '../kernel/index.ts'
import { nameReceiver, type Receiver, receivingAccount } from '../suspense/index.ts'
import { usersOfAccount } from '../wallet/index.ts'

/**
 * Names the receivers of money in suspense (money without a known purpose) that went to a bank account. For
 * example, staff made a payout to a factory in the provider's dashboard. If exactly one factory or one user
 * has this account, it is the receiver: staff then set the money against that factory's next settlement, or
 * take it out of that user's wallet. An account with several owners names nobody.
 */
export async function nameReceivers(
  work: Work,
  events: readonly { payload: { suspenseId: string } }[],
): Promise<void> {
  for (const { payload } of events) {
    const account = await receivingAccount(work, payload.suspenseId)
    if (!account) continue
    const factories = await factoriesOfAccount(work.tx, work.vault, account)
    const users = await usersOfAccount(work, account)
    const [receiver, ...others]: Receiver[] = [
      ...factories.map((factoryId) => ({ factoryId })),
      ...users.map((userId) => ({ userId })),
    ]
    if (receiver && others.length === 0)
      await nameReceiver(work, payload.suspenseId, receiver, 'suspense receiver')
  }
}
