import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { backUp } from '../../../../test/backup.ts'
import { budi, openSettlementFixture, type SettlementFixture, sinta } from '../../../../test/settlements.ts'
import { refusal } from '../../../../test/storefront.ts'
import { good } from '../../../../test/wallets.ts'
import { type Actor, type DomainError, newId, recordDatabaseIdentity } from '../../kernel/index.ts'
import {
  balanceIdr,
  credit,
  debit,
  factoryAccount,
  post,
  suspenseAccount,
  walletAccount,
} from '../../ledger/index.ts'
import { allowOverLimit } from '../../ops/index.ts'
import {
  completeBankFiles,
  confirmBatch,
  doubtBankFiles,
  handOutBatch,
  makeBatch,
  showBatch,
} from '../../payout/index.ts'
import { claimForBank } from '../../settlement/index.ts'
import { showSuspense } from '../../suspense/index.ts'
import {
  claimWithdrawalsForBank,
  ensureWallets,
  getWithdrawal,
  requestWithdrawal,
} from '../../wallet/index.ts'
import { choreography } from '../choreography.ts'
import { adoptBankFile, type FileLine } from './adopt-bank-file.ts'

const restored = { ...budi, reason: 'restored the backup of 06:00' }

let f: SettlementFixture
beforeAll(async () => {
  f = await openSettlementFixture({ choreography, jobs: [], policy: { withdrawalFeeIdr: 0 } })
})
afterAll(async () => {
  expect(await f.broken()).toEqual([])
  await f.laku.close()
})

/** Returns the file with everything that may be paid, as `laku settle export --withdrawals` writes it. */
const exported = () =>
  f.laku.as(budi, async (work): Promise<FileLine[]> => {
    const id = await makeBatch(work)
    await claimForBank(work, { batch: async () => id, settlements: [] })
    await claimWithdrawalsForBank(work, { batch: async () => id })
    const { transfers } = await handOutBatch(work, id)
    await confirmBatch(work, { batch: String((await showBatch(work, id)).number), reference: newId() })
    return transfers.map(({ code, amountIdr, channelCode, accountNumber, accountHolderName }) => ({
      code,
      amountIdr,
      destination: { channelCode, accountNumber, accountHolderName },
    }))
  })
/**
 * Returns the sum that counts against everybody's limit, because nobody knows who decided it in the lost day.
 */
const usedInLostDay = async (budget: string) => {
  const dayAgo = new Date(f.laku.clock.now().getTime() - 86_400_000)
  const { rows } = await sql<{ idr: number }>`
    select used_alone(${budget}, 'staff:anybody', 'user:nobody', null, ${dayAgo}, '', '')::int8 as idr`.execute(
    f.laku.db,
  )
  return rows[0]?.idr
}
const balance = (key: Parameters<typeof balanceIdr>[1]) => f.laku.system((work) => balanceIdr(work.tx, key))
const adopt = (lines: readonly FileLine[]) => f.laku.as(restored, (work) => adoptBankFile(work, lines))

it('a file is taken over only where one may be missing, or where another person allowed this very file', async () => {
  const factoryId = await f.factory('171717')
  await f.sell(factoryId)
  const code = await f.settled(factoryId)
  await f.approve(code)
  const destination = { channelCode: 'ID_CIMB', accountNumber: '171717', accountHolderName: 'PT Uji' }
  const madeUp = [{ code, amountIdr: 95_000, destination }]
  const refused = await adopt(madeUp).catch((error: unknown) => error as DomainError)
  expect(refused).toMatchObject({ code: 'payout.file_not_missing', kind: 'forbidden' })
  const [, subjectId = '', amount] =
    /^laku limits allow bank_file ([0-9a-f-]{36}) (\d+)$/.exec(
      String((refused as DomainError).details.command),
    ) ?? []
  // `laku limits allow` takes nothing but an id that is a UUID.
  expect(z.uuid().safeParse(subjectId).success).toBe(true)
  const allow = (actor: Actor) =>
    f.laku.as(actor, (work) =>
      allowOverLimit(work, { kind: 'bank_file', subjectId, amountIdr: Number(amount), reason: 'a failover' }),
    )
  await allow(restored)
  expect(await refusal(adopt(madeUp))).toBe('payout.file_not_missing')
  await allow(sinta)
  const other = [{ code, amountIdr: 94_000, destination }]
  expect(await refusal(adopt(other))).toBe('payout.file_not_missing')
  expect((await f.see(code)).status).toBe('approved')
  const { batch } = await adopt(madeUp)
  expect(batch?.lines.map((line) => line.code)).toEqual([code])
  expect(await refusal(adopt(madeUp))).toBe('payout.file_not_missing')
  await f.laku.as(budi, (work) => confirmBatch(work, { batch: String(batch?.id), reference: newId() }))
})

it('what left by a bank file in the lost day is paid once: by that file', async () => {
  const [approvedFor, calculatedFor, lostFor] = [
    await f.factory('131313'),
    await f.factory('141414'),
    await f.factory('151515'),
  ]
  const [buyer] = await f.market.buyers(1)
  const userId = buyer?.id as string
  await f.sell(approvedFor)
  await f.sell(calculatedFor)
  const [approved, calculated] = [await f.settled(approvedFor), await f.settled(calculatedFor)]
  await f.approve(approved)
  await f.laku.system(async (work) => {
    await ensureWallets(work, [userId])
    const entries = [debit('subsidy', 20_000), credit(walletAccount(userId), 20_000, { userId })]
    await post(work, [{ key: newId(), kind: 'refund.decided', subject: ['user', userId], entries }])
  })
  const ask = (amountIdr: number) =>
    f.laku.as({ kind: 'customer', id: userId }, (work) =>
      requestWithdrawal(work, { amountIdr, bank: good, otpVerifiedAt: work.now }),
    )
  const waiting = await ask(6_000)
  f.laku.clock.shift(25 * 3600)
  const keptFor = await f.factory('161616')
  await f.sell(keptFor)
  const keptCode = await f.settled(keptFor)
  await f.approve(keptCode)
  const kept = await f.laku.as(budi, async (work) => {
    const id = await makeBatch(work)
    await claimForBank(work, { batch: async () => id, settlements: [keptCode] })
    return id
  })
  const keptLine = {
    amountIdr: 95_000,
    destination: { channelCode: 'ID_CIMB', accountNumber: '161616', accountHolderName: 'PT Uji' },
  }
  const restore = await backUp(f.laku)

  // The lost day: another settlement and another withdrawal are made, and all of them leave in one file.
  await f.approve(calculated)
  await f.sell(lostFor)
  const lost = await f.settled(lostFor)
  await f.approve(lost)
  const young = await ask(5_000)
  // A batch that was made before the backup is handed out in the lost day, too.
  await f.laku.as(budi, (work) => handOutBatch(work, kept))
  const file = [...(await exported()), { ...keptLine, code: keptCode }]
  expect(file.map(({ code }) => code).toSorted()).toEqual(
    [approved, calculated, lost, keptCode, waiting.code, young.code].toSorted(),
  )
  await restore()
  await f.laku.system(doubtBankFiles)

  const first = await adopt(file)
  expect(first.batch?.lines.map(({ code }) => code).toSorted()).toEqual(
    [approved, waiting.code, young.code].toSorted(),
  )
  expect(first).toMatchObject({
    known: [keptCode],
    open: [{ code: calculated }],
    suspended: [{ code: lost }],
  })
  expect(await balance(walletAccount(userId))).toBe(9_000)
  expect(await balance(suspenseAccount(lost))).toBe(95_000)
  expect((await f.laku.as(budi, (work) => showBatch(work, kept))).status).toBe('handed_out')
  // Nobody knows who approved the lost settlement, so it counts against everybody's limit.
  expect(await usedInLostDay('settlement')).toBe(95_000)
  const item = await f.laku.system(({ tx }) => showSuspense(tx, lost))
  expect(item).toMatchObject({ kind: 'bank', factoryId: lostFor, amountIdr: 95_000 })

  const rewritten = f.laku.as(budi, (work) => handOutBatch(work, String(first.batch?.number)))
  expect(await refusal(rewritten)).toBe('payout.batch_adopted')

  // The settlement that was not approved is approved now, and adopting the same file again takes over only
  // this line.
  await f.laku.system((work) => recordDatabaseIdentity(work, 'db.example/laku'))
  await f.approve(calculated, sinta)
  // Until staff say that all files are known, no file goes to the bank, and nothing is paid that the bank may
  // have paid.
  const untold = f.laku.as(budi, makeBatch)
  expect([await refusal(untold), await refusal(f.pay(calculated))]).toEqual([
    'payout.lost_files_open',
    'payout.lost_files_open',
  ])
  const second = await adopt(file)
  expect(second.batch?.lines.map(({ code }) => code)).toEqual([calculated])
  expect(second.known).toHaveLength(5)
  expect((await adopt(file)).batch).toBeNull()
  await f.laku.as(restored, completeBankFiles)
  expect(await refusal(f.laku.as(restored, completeBankFiles))).toBe('payout.no_lost_files')
  expect(await refusal(f.pay(approved))).toBe('kernel.illegal_transition')

  for (const batch of [first.batch?.id, second.batch?.id, kept])
    await f.laku.as(budi, (work) => confirmBatch(work, { batch: String(batch), reference: newId() }))
  expect((await f.see(approved)).status).toBe('paid')
  expect((await f.see(calculated)).status).toBe('paid')
  expect((await f.laku.system((work) => getWithdrawal(work, young.code))).status).toBe('succeeded')
  expect(await balance('bank-transfers-in-flight')).toBe(0)
  expect(await balance(factoryAccount(approvedFor))).toBe(0)
})
