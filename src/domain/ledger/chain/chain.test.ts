import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, someone, type TestLaku } from '../../../../test/laku.ts'
import { newId, runChecks, Vault } from '../../kernel/index.ts'
import { listAttention } from '../../ops/index.ts'
import {
  type ChainHead,
  chainState,
  credit,
  debit,
  declareBreak,
  headsCheck,
  ledgerChecks,
  type Posting,
  post,
  takeChainPage,
  takeSnapshots,
  walletAccount,
} from '../index.ts'
import { headOf, lastLinks, writeLink } from './link.ts'

describe('the chain of the ledger', () => {
  let laku: TestLaku
  beforeAll(async () => {
    laku = await openTestLaku()
  })
  afterAll(() => laku.close())

  const admin = someone({ name: 'admin-1', role: 'admin', reason: 'drill' })
  const posting = (): Posting => ({
    key: `payment:${newId()}:confirmed`,
    kind: 'payment.confirmed',
    subject: ['payment', newId()],
    entries: [debit('gateway', 700), credit(walletAccount(newId()), 700)],
  })
  const postOne = async () => {
    const otherPosting = posting()
    await laku.system((work) => post(work, [otherPosting]))
    return otherPosting.key
  }
  const takeOnce = (seen?: ChainHead) => laku.system((work) => takeChainPage(work, seen))
  /**
   * Repeats until all postings are in the chain, because transactions in other databases of the cluster delay
   * that, too.
   */
  const takePage = async (seen?: ChainHead) => {
    for (let looks = 0; looks < 500; looks++) {
      const head = await takeOnce(seen)
      if ((await laku.system(({ tx }) => chainState(tx))).unchained === 0) return head
      await sleep(20)
    }
    throw new Error('the horizon did not come on in 10 s')
  }
  const violations = async (vault = laku.vault) => {
    const results = await laku.system((work) => runChecks(ledgerChecks, work.tx, vault))
    return results.filter((check) => !check.ok).map((check) => check.detail)
  }
  const headsMissing = (...heads: ChainHead[]) =>
    laku.system((work) => headsCheck(heads).violations(work.tx, laku.vault))
  const attention = async () =>
    (await laku.system(({ tx }) => listAttention(tx, { kind: 'ledger_chain_broken', limit: 10 }))).data
  /** Runs statements past every trigger, as a superuser may. */
  const asSuperuser = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: laku.superUrl })
    await client.connect()
    try {
      await client.query('begin')
      await client.query('set local session_replication_role = replica')
      for (const statement of statements) await client.query(statement)
      await client.query('commit')
    } finally {
      await client.end()
    }
  }
  /**
   * Returns statements that delete a posting with its entries, balance rows and snapshots: every trace of it.
   */
  const deleteWhole = (key: string) => [
    `create temporary table gone on commit drop as select t.id, e.account_id from ledger_transactions t join ledger_entries e on e.transaction_id = t.id where t.key = '${key}'`,
    'delete from ledger_snapshots',
    'delete from ledger_balances where account_id in (select account_id from gone)',
    'delete from ledger_entries where transaction_id in (select id from gone)',
    "delete from ledger_accounts where id in (select account_id from gone) and key like 'wallet:%'",
    'delete from ledger_transactions where id in (select id from gone)',
  ]

  it('leaves out what is younger than a transaction under way, and misses nothing afterwards', async () => {
    // The gateway's account already exists. Otherwise the transaction that creates it would be waited for.
    await postOne()
    await takePage()
    await laku.system(async (work) => {
      await post(work, [posting()])
      await postOne()
      await takeOnce()
      expect((await laku.system(({ tx }) => chainState(tx))).unchained).toBe(1)
    })
    await takePage()
    expect(await laku.system(({ tx }) => chainState(tx))).toMatchObject({ unchained: 0 })
    expect(await violations()).toEqual([])
  })

  it('issue 11, case 16: finds a posting that a superuser deleted with its balance row and all snapshots', async () => {
    if (!laku.superUrl) return expect(laku.superUrl, 'this server gives no superuser').toBeUndefined()
    const key = await postOne()
    await takeSnapshots({ unitOfWork: laku.unitOfWork, actor: { kind: 'system', name: 'test' } })
    const head = await takePage()
    await asSuperuser(...deleteWhole(key))
    expect(await violations()).toEqual([`page ${head?.page} was made of 1 postings, 1 of them are gone`])
  })

  it('finds it where the chain was cut off before it as well: by the log, and by a worker that saw the page', async () => {
    if (!laku.superUrl) return expect(laku.superUrl, 'this server gives no superuser').toBeUndefined()
    const first = await takePage()
    const key = await postOne()
    const head = (await takePage()) as ChainHead
    await asSuperuser(...deleteWhole(key), `delete from ledger_chain where page >= ${head.page}`)
    expect(await headsMissing(head)).toEqual([`page ${head.page}, logged as ${head.head}, is gone`])
    await postOne()
    expect(await takeOnce(head)).toEqual(head)
    expect((await attention()).map((row) => row.message)).toEqual([
      `The chain of the ledger is broken: page ${head.page} was written with head ${head.head} and is gone. Find out why; after a restore, declare the break.`,
    ])
    // Another process does not know the deleted page and writes it anew, but the log still differs.
    const again = (await takePage(first)) as ChainHead
    expect(again.page).toBe(head.page)
    expect(await headsMissing(head)).toEqual([
      `page ${head.page} was logged as ${head.head} and is ${again.head}`,
    ])
  })

  it('finds a page that is gone from its middle, and one that was changed', async () => {
    if (!laku.superUrl) return expect(laku.superUrl, 'this server gives no superuser').toBeUndefined()
    await postOne()
    const middle = (await takePage()) as ChainHead
    await postOne()
    await takePage()
    const before = (await violations()).length
    await asSuperuser(
      `create table kept as select * from ledger_chain where page = ${middle.page}`,
      `update ledger_chain set transactions = transactions + 1 where page = ${middle.page}`,
    )
    expect((await violations()).join()).toContain(
      `page ${middle.page} does not follow from the page before it`,
    )
    await asSuperuser(`delete from ledger_chain where page = ${middle.page}`)
    expect((await violations()).join()).toContain(
      `pages ${middle.page} to ${middle.page} of the chain are gone`,
    )
    await asSuperuser('insert into ledger_chain select * from kept', 'drop table kept')
    expect((await violations()).length).toBe(before)
  })

  it('stands still in a restored copy until an administrator declares the break, which stays to be seen', async () => {
    const [last] = await laku.system(({ tx }) => lastLinks(tx, 1))
    if (!last) throw new Error('there is no page yet')
    // The copy's transaction numbers have not reached those of the cluster that wrote the page.
    const { head: _, ...link } = { ...last, page: last.page + 1, systemId: 'the cluster of yesterday' }
    await laku.system((work) =>
      writeLink(work.tx, {
        ...link,
        head: headOf(laku.vault, last.head, { ...link, transactions: 0 }),
        transactions: 0,
      }),
    )
    await postOne()
    await takeOnce()
    expect((await attention()).at(0)?.message).toContain('this is a copy')
    const finance = { ...admin, role: 'finance' } as const
    await expect(laku.as(finance, declareBreak)).rejects.toMatchObject({ kind: 'forbidden' })
    const { page } = await laku.as(admin, declareBreak)
    await expect(laku.as(admin, declareBreak)).rejects.toMatchObject({ code: 'ledger.chain_whole' })
    await postOne()
    expect((await takePage())?.page).toBe(page + 1)
    const state = await laku.system(({ tx }) => chainState(tx))
    expect(state.breaks).toMatchObject([{ page, declaredBy: 'staff:admin-1', reason: 'drill' }])
    expect(state.unchained).toBe(0)
    expect(await attention()).toEqual([])
  })

  it('reads what a key before a rotation sealed, and writes with the new one', async () => {
    const before = await openTestLaku()
    try {
      await before.system((work) => post(work, [posting()]))
      await before.system((work) => takeChainPage(work))
      const rotated = new Vault([
        'a key that came with the rotation, 32 characters',
        ...before.config.encryptionKey,
      ])
      const results = await before.system((work) => runChecks(ledgerChecks, work.tx, rotated))
      expect(results.filter((check) => !check.ok)).toEqual([])
      expect(rotated.open('p', before.vault.seal('p', 'text'))).toBe('text')
      expect(rotated.keyId).not.toBe(before.vault.keyId)
      const without = new Vault('a key that came with the rotation, 32 characters')
      expect(() => without.open('p', before.vault.seal('p', 'text'))).toThrow()
    } finally {
      await before.close()
    }
  })
})
