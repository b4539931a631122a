import {
  cancelBatch,
  confirmBatch,
  handOutBatch,
  listBatches,
  makeBatch,
  showBatch,
} from '../../src/domain/payout/index.ts'
import { claimForBank } from '../../src/domain/settlement/index.ts'
import { claimWithdrawalsForBank } from '../../src/domain/wallet/index.ts'
import { type Act, NOTHING } from './acts.ts'
import type { House } from './house.ts'
import { settlements, withdrawals } from './rows.ts'
import { approvedAnew } from './shop-acts.ts'

/** Returns the batches of this history, by state. */
const batches = async (house: House, ...statuses: string[]) => {
  const clerk = house.clerks[0] as (typeof house.clerks)[number]
  const { data } = await house.laku.as(clerk, ({ tx }) => listBatches(tx, { limit: 100 }))
  return data.filter(({ number, status }) => house.batches.has(number) && statuses.includes(status))
}

/** Returns the owner of each line's money, by the code of its settlement or withdrawal. */
async function ownersOf(house: House) {
  const all = [
    ...(await house.laku.db.selectFrom('settlements').select(['code', 'factoryId as owner']).execute()),
    ...(await house.laku.db.selectFrom('withdrawals').select(['code', 'userId as owner']).execute()),
  ]
  return new Map(all.map(({ code, owner }) => [code, house.person(owner)]))
}

/** Lets the bank pay a batch's lines or not, and lets staff record the results. */
async function hearBank(house: House, number: number, paysNext: () => boolean): Promise<void> {
  const { laku, clerks } = house
  const actor = clerks[1] as (typeof clerks)[number]
  const { lines } = await laku.as(actor, (work) => showBatch(work, String(number)))
  const owners = await ownersOf(house)
  for (const { code, amountIdr, status } of lines) {
    if (status !== 'submitted') continue
    const isPaid = paysNext()
    const reference = `B ${process.pid} ${++house.references}`
    const word = isPaid
      ? { code, verdict: 'paid' as const, reference, amountIdr }
      : { code, verdict: 'rejected' as const }
    await laku.as(actor, (work) => confirmBatch(work, { batch: String(number), words: [word] }))
    house.bankTurns++
    const person = owners.get(code)
    if (isPaid && person) person.bankIdr += amountIdr
  }
}

export const bankActs = {
  export: async (house, dice) => {
    const actor = dice.of(house.clerks)
    const rejected = (await settlements(house, 'failed', 'reversed')).map(({ code }) => code)
    const isRetried = rejected.length > 0 && dice.below(2) === 0
    const code = isRetried ? dice.of(rejected) : await approvedAnew(house, dice)
    if (!code) return NOTHING
    const byHand = (await withdrawals(house, 'held')).some((withdrawal) => withdrawal.byHand)
    const isKept = dice.below(4) === 0
    const number = await house.laku.as(actor, async (work) => {
      let id: string | undefined
      const batch = async () => (id ??= await makeBatch(work))
      await claimForBank(work, { batch, settlements: [code] })
      if (byHand) await claimWithdrawalsForBank(work, { batch })
      if (id && !isKept) await handOutBatch(work, id)
      return id ? (await showBatch(work, id)).number : undefined
    })
    if (number === undefined) return NOTHING
    house.batches.add(number)
    return undefined
  },
  'hear the bank': async (house, dice) => {
    const batch = dice.of(await batches(house, 'handed_out'))
    if (!batch) return NOTHING
    await hearBank(house, batch.number, () => dice.below(3) > 0)
    return undefined
  },
  'come back from the bank': async (house, dice) => {
    const batch = dice.of(await batches(house, 'done'))
    if (!batch) return NOTHING
    const actor = dice.of(house.clerks)
    const { lines } = await house.laku.as(actor, (work) => showBatch(work, String(batch.number)))
    const line = dice.of(lines.filter(({ status }) => status === 'succeeded'))
    if (!line) return NOTHING
    const words = [{ code: line.code, verdict: 'rejected' as const }]
    await house.laku.as(actor, (work) => confirmBatch(work, { batch: String(batch.number), words }))
    house.bankTurns++
    const person = (await ownersOf(house)).get(line.code)
    if (person) person.bankIdr -= line.amountIdr
    return undefined
  },
  'take a batch back': async (house, dice) => {
    const batch = dice.of(await batches(house, 'made', 'handed_out'))
    if (!batch) return NOTHING
    const actor = dice.of(house.clerks)
    return await house.laku.as(actor, (work) =>
      cancelBatch(work, { batch: String(batch.number), reason: 'a history' }),
    )
  },
} satisfies Record<string, Act>

/**
 * Ends all batches at the end of a history: the bank decides those that it has, and the others are cancelled.
 */
export async function endBatches(house: House): Promise<void> {
  for (const { number } of await batches(house, 'handed_out')) await hearBank(house, number, () => true)
  const [actor] = house.clerks
  for (const { number } of await batches(house, 'made'))
    await house.laku.as(actor as (typeof house.clerks)[number], (work) =>
      cancelBatch(work, { batch: String(number), reason: 'a history' }),
    )
}
