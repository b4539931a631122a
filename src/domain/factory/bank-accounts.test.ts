import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { agentOf } from '../../../test/offices.ts'
import { oneAdministratorAndTwo, staff } from '../../../test/staff.ts'
import { refusal } from '../../../test/storefront.ts'
import type { Actor } from '../kernel/index.ts'
import { approveBankAccount, bankAccountsOf, payableAccounts, setBankAccount } from './index.ts'

const budi = staff('finance')

describe("a factory's bank account", () => {
  let laku: TestLaku
  let factoryId: string
  let agent: Actor
  beforeAll(async () => {
    laku = await openTestLaku()
    factoryId = (await Market.open(laku)).factoryId
    agent = await agentOf(laku, factoryId)
  })
  afterAll(() => laku.close())

  const set = (accountNumber: string, actor: Actor = admin, channelCode = 'ID_BCA') =>
    laku.as(actor, (work) =>
      setBankAccount(work, { factoryId, channelCode, accountNumber, accountHolderName: 'PT Uji' }),
    )
  const approve = (account?: string, actor: Actor = budi) =>
    laku.as(actor, (work) => approveBankAccount(work, { factoryId, account }))
  const payable = () =>
    laku.system(async (work) => {
      const accounts = await payableAccounts(work.tx, work.vault, [factoryId], work.now)
      return accounts.get(factoryId)?.accountNumber
    })

  it('needs a second person, though the first be an admin', async () => {
    expect(await refusal(approve())).toBe('factory.no_bank_account_waits')
    await set('1234-567 890')
    expect(await refusal(approve('7890', admin))).toBe('factory.same_person')
    expect(await refusal(approve('7890', agent))).toBe('kernel.forbidden')
    expect(await payable()).toBeUndefined()
  })

  it('is named by finance, or by an agent of its own office', async () => {
    const stranger = await agentOf(laku)
    expect(await refusal(set('1234-567 890', stranger))).toBe('factory.not_found')
    expect(await refusal(set('1234-567 890', agent))).toBe('ok')
  })

  it('pays nothing before 72 hours are over', async () => {
    expect(await approve('1234-567 890')).toMatchObject({ status: 'approved', bank: 'BCA', account: '…7890' })
    laku.clock.shift(72 * 3600 - 1)
    expect(await payable()).toBeUndefined()
    laku.clock.shift(1)
    expect(await payable()).toBe('1234567890')
  })

  it('stays in use until the next one has cooled off', async () => {
    await set('1111111111', agent)
    await set('2222222222', agent)
    await approve('2222')
    laku.clock.shift(3600)
    expect(await payable()).toBe('1234567890')
    laku.clock.shift(72 * 3600)
    expect(await payable()).toBe('2222222222')
    const all = await laku.system((work) => bankAccountsOf(work.tx, work.vault, factoryId))
    expect(all.map((bankAccount) => `${bankAccount.account} ${bankAccount.status}`)).toEqual([
      '…2222 approved',
      '…1111 replaced',
      '…7890 approved',
      '…7890 replaced',
    ])
  })

  it('needs a second person: not who let the first in', async () => {
    const { boss, first, second } = await oneAdministratorAndTwo(laku)
    await set('1234567891', first)
    expect(await refusal(approve('1234567891', boss))).toBe('kernel.approver_not_independent')
    expect((await approve('1234567891', second)).status).toBe('approved')
  })

  it('is the one that the approver named, and not one that was put in its place since', async () => {
    const open = async () =>
      await laku.db
        .selectFrom('attention')
        .select(['subjectId', 'command', 'details'])
        .where('kind', '=', 'bank_account_waits')
        .where('resolvedAt', 'is', null)
        .execute()
    const seen = await set('5555551234', agent)
    const command = `laku factories approve-bank ${factoryId} --account ${seen.id}`
    expect(await open()).toMatchObject([{ subjectId: seen.id, command }])
    const swapped = await set('9999991234', agent)
    expect(await open()).toMatchObject([{ subjectId: swapped.id }])
    for (const named of [seen.id, '5555551234'])
      expect(await refusal(approve(named))).toBe('factory.account_not_waiting')
    // Both accounts end with the same digits, and the approver may have seen the first.
    expect(await refusal(approve('1234'))).toBe('factory.account_ambiguous')
    expect(await refusal(approve('234'))).toBe('factory.account_not_found')
    expect(await refusal(approve('0000'))).toBe('factory.account_not_found')
    expect(await refusal(approve())).toBe('factory.account_unnamed')
    expect((await approve('9999991234')).id).toBe(swapped.id)
    expect(await open()).toEqual([])
  })

  it.each([
    ['ID_BCA', '123456789', 'kernel.bank_account_invalid'],
    ['ID_BRI', '123456789012345', 'ok'],
    ['ID_GOPAY', '6281234567', 'kernel.bank_account_invalid'],
    ['ID_GOPAY', '081234567890', 'ok'],
    ['ID_X', '1234567890', 'kernel.payout_channel_unknown'],
  ])('%s %s: %s', async (channelCode, number, code) => {
    expect(await refusal(set(number, admin, channelCode))).toBe(code)
  })

  it('is unreadable at rest, and never two people in one row', async () => {
    const rows = await laku.db.selectFrom('factoryBankAccounts').selectAll().execute()
    expect(JSON.stringify(rows)).not.toMatch(/1234567890|PT Uji/)
    const one = laku.db.updateTable('factoryBankAccounts').set((eb) => ({ approvedBy: eb.ref('setBy') }))
    await expect(one.execute()).rejects.toThrow('bank_account_two_people')
  })

  it('waits for one approval of two at once', async () => {
    await set('3333333333', agent)
    const codes = await Promise.all([refusal(approve('3333')), refusal(approve('3333', admin))])
    expect(codes.toSorted()).toEqual(['factory.no_bank_account_waits', 'ok'])
  })
})
