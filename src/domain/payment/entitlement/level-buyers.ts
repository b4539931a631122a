import { sql } from 'kysely'
import { type Rupiah, sumIdr, type Work } from '../../kernel/index.ts'
import { balances, credit, debit, type Posting, post, walletAccount } from '../../ledger/index.ts'
import { endAttention } from '../../ops/index.ts'
import { ensureWallets, lockWallets } from '../../wallet/index.ts'
import { dimensionsOf } from '../escrow/funds.ts'
import { type LockedPayment, lockPayments } from '../payments/lock.ts'
import { CLAIM_RETURNED, CLAIMED, readGone } from './read-gone.ts'
import { dueToBuyer } from './rules.ts'
import { takeSurplus } from './surplus.ts'

interface Difference {
  payment: LockedPayment
  /**
   * The sum by which the buyer has more money than the buyer should have. If it is below zero, laku withheld
   * this sum from the buyer and now owes it to the buyer.
   */
  excessIdr: Rupiah
  claimedIdr: Rupiah
}

/**
 * Corrects the money of buyers after their card issuer gave them money back or took it again. If a buyer now
 * has too much, the surplus is taken out of the wallet. If the wallet holds less, the buyer owes the rest
 * (account `buyer-claims`), and staff are notified. If a buyer now has too little, laku pays the missing sum.
 */
export async function levelBuyers(work: Work, paymentIds: Iterable<string>): Promise<void> {
  const payments = await lockPayments(work.tx, paymentIds)
  const gone = await readGone(work, payments.keys())
  const differences = [...payments.values()].flatMap((payment): Difference[] => {
    const { arrivedIdr, underWayIdr, lossIdr, claimedIdr, writtenOffIdr } = gone.get(
      payment.id,
    ) as NonNullable<ReturnType<typeof gone.get>>
    const dueIdr = dueToBuyer(payment)
    const excessIdr = arrivedIdr - dueIdr
    if (excessIdr > 0) return [{ payment, excessIdr, claimedIdr }]
    // If the company wrote off a buyer's debt, the buyer keeps that money. So it counts as money that the
    // buyer already has.
    const keptIdr = Math.min(dueIdr - arrivedIdr - writtenOffIdr - underWayIdr, lossIdr)
    return keptIdr > 0 ? [{ payment, excessIdr: -keptIdr, claimedIdr }] : []
  })
  if (differences.length === 0) return
  const userIds = differences.map((difference) => difference.payment.userId)
  await ensureWallets(work, userIds)
  await lockWallets(work, userIds)
  const inWallet = new Map(
    (await balances(work.tx, userIds.map(walletAccount))).map((balance) => [
      balance.account,
      balance.balanceIdr,
    ]),
  )
  const numbers = await claimsSoFar(work, [...payments.keys()])
  const postings = differences.map((difference) => {
    const account = walletAccount(difference.payment.userId)
    const walletIdr = inWallet.get(account) ?? 0
    const posting = postingOf(difference, walletIdr, (numbers.get(difference.payment.id) ?? 0) + 1)
    inWallet.set(account, walletIdr - difference.excessIdr)
    return posting
  })
  await post(work, postings)
  await takeSurplus(
    work,
    differences.map(({ payment: { id: owner, userId } }, i) => {
      const account = walletAccount(userId)
      const given = postings[i]?.entries.filter((entry) => entry.account === account) ?? []
      return { owner, userId, amountIdr: -sumIdr(given.map((entry) => entry.amountIdr)) }
    }),
  )
  for (const [i, difference] of differences.entries()) await tell(work, difference, postings[i] as Posting)
}

function postingOf({ payment, excessIdr, claimedIdr }: Difference, walletIdr: Rupiah, nth: number): Posting {
  const { id, userId } = payment
  const dimensions = dimensionsOf(payment)
  const about = { key: `payment:${id}:claim:${nth}`, subject: ['payment', id] as [string, string] }
  const idr = Math.abs(excessIdr)
  // If the buyer has got too much money, the sum is taken from the wallet first. The buyer owes only the
  // rest. If laku owes money to the buyer, the sum reduces the buyer's debt first. Only the rest goes into
  // the wallet.
  const fromWalletIdr =
    excessIdr > 0 ? Math.max(0, Math.min(idr, walletIdr)) : idr - Math.min(idr, claimedIdr)
  const parts = [
    [walletAccount(userId), fromWalletIdr],
    ['buyer-claims', idr - fromWalletIdr],
  ] as const
  return excessIdr > 0
    ? {
        ...about,
        kind: CLAIMED,
        entries: [
          ...parts.map(([account, amountIdr]) => debit(account, amountIdr, dimensions)),
          credit('chargeback-loss', idr, dimensions),
        ],
      }
    : {
        ...about,
        kind: CLAIM_RETURNED,
        entries: [
          debit('chargeback-loss', idr, dimensions),
          ...parts.map(([account, amountIdr]) => credit(account, amountIdr, dimensions)),
        ],
      }
}

/**
 * Returns how many corrections of the buyer's money each payment has had. The next correction gets the next
 * number in its ledger key.
 */
async function claimsSoFar(work: Work, paymentIds: string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: string; count: number }>`
    select subject_id as id, count(*)::int as count from ledger_transactions
    where subject_id = any(${paymentIds}::uuid[]) and kind in (${CLAIMED}, ${CLAIM_RETURNED}) group by 1`.execute(
    work.tx,
  )
  return new Map(rows.map(({ id, count }) => [id, count]))
}

async function tell(work: Work, { payment, claimedIdr }: Difference, { entries }: Posting): Promise<void> {
  const { id, code } = payment
  const owed = entries.filter((entry) => entry.account === 'buyer-claims')
  const owedIdr = claimedIdr + sumIdr(owed.map((entry) => entry.amountIdr))
  if (owedIdr === 0) return await endAttention(work, 'buyer_owes', id, 'it is owed no more')
  work.requestAttention({
    kind: 'buyer_owes',
    subject: ['payment', id],
    message: `The buyer of ${code} got ${owedIdr} rupiah twice, from us and from the bank of the card, and the wallet does not hold it. Collect it when the wallet has money, or write it off.`,
    command: `laku payments claim ${code} --collect`,
    details: { code, owedIdr, otherwise: `laku payments claim ${code} --write-off` },
  })
}
