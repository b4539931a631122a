import fc from 'fast-check'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { allowTemporaryTables } from '../../../test/temporary-tables.ts'
import { newId, runChecks, Vault } from '../kernel/index.ts'
import {
  type AccountKey,
  balanceIdr,
  balances,
  credit,
  debit,
  escrow,
  ledgerChecks,
  listEntries,
  type Posting,
  post,
  takeSnapshots,
  walletAccount,
} from './index.ts'

describe('the ledger', () => {
  let laku: TestLaku
  beforeAll(async () => {
    laku = await openTestLaku()
    await allowTemporaryTables(laku)
  })
  afterAll(() => laku.close())

  const postAll = (...postings: Posting[]) => laku.system((work) => post(work, postings))
  const paid = (to: AccountKey, amountIdr: number, key = `payment:${newId()}:confirmed`): Posting => ({
    key,
    kind: 'payment.confirmed',
    subject: ['payment', newId()],
    entries: [debit('gateway', amountIdr), credit(to, amountIdr)],
  })
  const balanceOf = (key: AccountKey) => laku.system((work) => balanceIdr(work.tx, key))
  const verify = () => laku.system((work) => runChecks(ledgerChecks, work.tx, laku.vault))
  const broken = async () => (await verify()).filter((check) => !check.ok)

  describe('posting', () => {
    it('moves both sides', async () => {
      const to = escrow(newId())
      const before = await balanceOf('gateway')
      await postAll(paid(to, 75_000))
      expect(await balanceOf(to)).toBe(75_000)
      expect(await balanceOf('gateway')).toBe(before + 75_000)
    })

    it('is once a business key', async () => {
      const to = escrow(newId())
      const posting = paid(to, 10_000)
      expect(await postAll(posting)).toEqual(new Set([posting.key]))
      expect(await postAll(posting, paid(to, 1_000))).not.toContain(posting.key)
      expect(await balanceOf(to)).toBe(11_000)
    })

    it('refuses a key that was posted with other content', async () => {
      const to = escrow(newId())
      await postAll(paid(to, 10_000, 'same'))
      await expect(postAll(paid(to, 20_000, 'same'))).rejects.toMatchObject({ code: 'ledger.key_reused' })
      expect(await balanceOf(to)).toBe(10_000)
    })

    it('refuses what does not balance, and amounts that are not whole', async () => {
      const off: Posting = {
        ...paid('quarantine', 5),
        entries: [debit('gateway', 5), credit('quarantine', 4)],
      }
      await expect(postAll(off)).rejects.toThrow('does not balance: off by 1')
      expect(() => debit('gateway', 1.5)).toThrow(RangeError)
    })

    it('keeps accounts that may not go below zero from it, and changes nothing', async () => {
      const wallet = walletAccount(newId())
      await postAll(paid(wallet, 1_000))
      const spend = {
        ...paid('quarantine', 1_001),
        entries: [debit(wallet, 1_001), credit('quarantine', 1_001)],
      }
      await expect(postAll(spend)).rejects.toMatchObject({
        code: 'ledger.insufficient_balance',
        kind: 'conflict',
      })
      expect(await balanceOf(wallet)).toBe(1_000)
    })

    it('lets a factory owe us', async () => {
      const factory: AccountKey = `factory:${newId()}`
      await postAll({ ...paid(factory, 5), entries: [debit(factory, 5), credit('bad-debt', 5)] })
      expect(await balanceOf(factory)).toBe(-5)
    })

    it('posts the same key once when many post it at the same time', async () => {
      const to = escrow(newId())
      const posting = paid(to, 500)
      await Promise.all(Array.from({ length: 12 }, () => postAll(posting)))
      expect(await balanceOf(to)).toBe(500)
    })

    it('never spends a balance twice, however many try, and in whatever order they name accounts', async () => {
      const [a, b] = [walletAccount(newId()), walletAccount(newId())]
      await postAll(paid(a, 1_000), paid(b, 1_000))
      const move = (from: AccountKey, to: AccountKey): Posting => ({
        ...paid(to, 300),
        entries: [debit(from, 300), credit(to, 300)],
      })
      const tries = Array.from({ length: 24 }, (_, i) => postAll(i % 2 === 0 ? move(a, b) : move(b, a)))
      await Promise.allSettled(tries)
      expect((await balanceOf(a)) + (await balanceOf(b))).toBe(2_000)
      expect(await balanceOf(a)).toBeGreaterThanOrEqual(0)
      expect(await balanceOf(b)).toBeGreaterThanOrEqual(0)
      const drain = { ...paid(b, 1), entries: [debit(a, await balanceOf(a)), credit(b, await balanceOf(a))] }
      const [first, second] = await Promise.allSettled([postAll(drain), postAll({ ...drain, key: 'again' })])
      expect([first?.status, second?.status].sort()).toEqual(['fulfilled', 'rejected'])
      expect(await broken()).toEqual([])
    })

    it('shows what it would do in a dry run, and does nothing', async () => {
      const to = escrow(newId())
      const system = { kind: 'system', name: 'test' } as const
      const { report } = await laku.unitOfWork.dryRun(system, (work) => post(work, [paid(to, 700)]))
      expect(report.postings).toMatchObject([
        {
          entries: [
            { account: 'gateway', amountIdr: 700 },
            { account: to, amountIdr: -700 },
          ],
        },
      ])
      expect(await balanceOf(to)).toBe(0)
    })
  })

  describe('snapshots', () => {
    it('give the same balances as the entries do, whatever was posted between them', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constant('snapshot' as const)), {
            maxLength: 12,
          }),
          async (steps) => {
            const before = await balanceOf('gateway')
            let expected = before
            for (const step of steps) {
              if (step === 'snapshot')
                await takeSnapshots({ unitOfWork: laku.unitOfWork, actor: { kind: 'system', name: 'test' } })
              else {
                await postAll(paid('quarantine', step))
                expected += step
              }
              expect(await balanceOf('gateway')).toBe(expected)
            }
          },
        ),
        { numRuns: 8 },
      )
      expect(await broken()).toEqual([])
    })

    it('wait for postings under way, so that none is missed', async () => {
      const before = await balanceOf('gateway')
      let snapshot: Promise<number> | undefined
      await laku.system(async (work) => {
        await post(work, [paid(escrow(newId()), 11)])
        await postAll(paid(escrow(newId()), 22))
        snapshot = takeSnapshots({ unitOfWork: laku.unitOfWork, actor: { kind: 'system', name: 'test' } })
        await sql`select pg_sleep(0.1)`.execute(work.tx)
      })
      await snapshot
      expect(await balanceOf('gateway')).toBe(before + 33)
      expect(await broken()).toEqual([])
    })
  })

  describe('reading', () => {
    it('lists entries newest first, by pages', async () => {
      const to = escrow(newId())
      await postAll(paid(to, 1), paid(to, 2))
      await postAll(paid(to, 3))
      const page = await laku.system((work) => listEntries(work.tx, { account: to, limit: 2 }))
      expect(page[0]?.amountIdr).toBe(-3)
      const rest = await laku.system((work) =>
        listEntries(work.tx, { account: to, limit: 2, before: page[1]?.seq as number }),
      )
      expect([...page, ...rest].map((line) => line.amountIdr).sort()).toEqual([-1, -2, -3])
    })

    it('lists the accounts that stand for themselves', async () => {
      const all = await laku.system((work) => balances(work.tx))
      expect(all.map((accountBalance) => accountBalance.account)).toContain('gateway')
      expect(all.every((accountBalance) => !accountBalance.account.includes(':'))).toBe(true)
    })
  })

  describe('the database holds the book by itself', () => {
    const rawly = async (url: string, ...statements: string[]) => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        await client.query('begin')
        for (const statement of statements) await client.query(statement)
        await client.query('commit')
      } finally {
        await client.end()
      }
    }
    const written = ['ledger_transactions', 'ledger_entries', 'ledger_accounts']
    const changes = written.flatMap((table) => {
      const column = table === 'ledger_entries' ? 'amount_idr' : 'key'
      return [
        `update ${table} set ${column} = ${column}`,
        `delete from ${table}`,
        `truncate ${table} cascade`,
      ]
    })

    it.each(changes)('refuses: %s', async (change) => {
      await postAll(paid(escrow(newId()), 5))
      await expect(rawly(laku.urls.app, change)).rejects.toThrow(/permission denied|is refused/)
      await expect(rawly(laku.ownerUrl, change)).rejects.toThrow(/is refused/)
    })

    it('refuses a balance that is set by hand', async () => {
      const change = 'update ledger_balances set balance_idr = balance_idr + 1'
      await postAll(paid(escrow(newId()), 5))
      await expect(rawly(laku.urls.app, change)).rejects.toThrow(/permission denied|is refused/)
      await expect(rawly(laku.ownerUrl, change)).rejects.toThrow('balances follow the entries')
    })

    const newTransaction = (id: string) => `
      insert into ledger_transactions (id, key, request_hash, kind, subject_kind, subject_id, occurred_at, seal)
      values ('${id}', '${id}', 'h', 'raw', 'payment', '${id}', now(), 's')`
    const entry = (id: string, account: string, amount: number) => `
      insert into ledger_entries (transaction_id, account_id, amount_idr)
      select '${id}', id, ${amount} from ledger_accounts where key = '${account}'`

    it('refuses an unbalanced transaction at commit', async () => {
      await postAll(paid('quarantine', 5))
      const id = newId()
      const statements = [newTransaction(id), entry(id, 'gateway', 5), entry(id, 'quarantine', -4)]
      await expect(rawly(laku.urls.app, ...statements)).rejects.toThrow(
        'does not balance: 2 entries, off by 1',
      )
    })

    it.each(['ledger_entries', 'ledger_balances', 'ledger_accounts', 'ledger_transactions'])(
      'is not fooled by a temporary table named %s',
      async (table) => {
        await postAll(paid('quarantine', 5))
        const id = newId()
        const inPublic = (statement: string) =>
          statement.replaceAll(/\b(into|from|join) ledger_/g, '$1 public.ledger_')
        const unbalanced = [
          `create temporary table ${table} (like public.${table} including all)`,
          ...[newTransaction(id), entry(id, 'gateway', 5), entry(id, 'quarantine', -4)].map(inPublic),
        ]
        await expect(rawly(laku.urls.app, ...unbalanced)).rejects.toThrow(
          'does not balance: 2 entries, off by 1',
        )
        const wallet = walletAccount(newId())
        await postAll(paid(wallet, 100))
        const other = newId()
        const overdrawn = [
          `create temporary table ${table} (like public.${table} including all)`,
          ...[newTransaction(other), entry(other, wallet, 101), entry(other, 'gateway', -101)].map(inPublic),
        ]
        await expect(rawly(laku.urls.app, ...overdrawn)).rejects.toThrow('ledger_balance_not_negative')
        expect(await balanceOf(wallet)).toBe(100)
      },
    )

    it('looks for tables in public before it does among temporary ones, in every guard', async () => {
      const { rows } = await sql<{ guard: string }>`
        select p.oid::regprocedure::text as guard from pg_proc p join pg_language l on l.oid = p.prolang
        where p.pronamespace = 'public'::regnamespace and l.lanname = 'plpgsql'
          and not coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, public, pg_temp']`.execute(
        laku.db,
      )
      expect(rows).toEqual([])
    })

    it('refuses a transaction without entries', async () => {
      await expect(rawly(laku.urls.app, newTransaction(newId()))).rejects.toThrow(
        'does not balance: 0 entries',
      )
    })

    it('refuses entries added to a transaction that was committed before, balanced or not', async () => {
      const posting = paid('quarantine', 5)
      await postAll(posting)
      const row = await laku.db
        .selectFrom('ledgerTransactions')
        .select('id')
        .where('key', '=', posting.key)
        .executeTakeFirstOrThrow()
      const statements = [entry(row.id, 'gateway', 5), entry(row.id, 'quarantine', -5)]
      await expect(rawly(laku.urls.app, ...statements)).rejects.toThrow(
        'only be written with their ledger transaction',
      )
    })

    it('finds entries that a superuser changed past the triggers, although they still balance, and names their transaction', async () => {
      if (!laku.superUrl) return expect(laku.superUrl, 'this server gives no superuser').toBeUndefined()
      expect(await broken()).toEqual([])
      const posting: Posting = {
        ...paid('quarantine', 5),
        entries: [debit('gateway', 500), credit('commission', 300), credit('shipping', 200)],
      }
      await postAll(posting)
      const change = (account: string, amount: number) => `
        update ledger_entries e set amount_idr = ${amount} from ledger_accounts a, ledger_transactions t
        where a.id = e.account_id and t.id = e.transaction_id and a.key = '${account}' and t.key = '${posting.key}'`
      await rawly(
        laku.superUrl,
        'set local session_replication_role = replica',
        change('commission', -200),
        change('shipping', -300),
      )
      const found = await broken()
      expect(found.map((check) => check.name)).toEqual(['seals match'])
      expect(found[0]?.detail).toContain(posting.key)
      await rawly(
        laku.superUrl,
        'set local session_replication_role = replica',
        change('commission', -300),
        change('shipping', -200),
      )
      expect(await broken()).toEqual([])
    })

    it('does not take a book for forged where only the key is another one, and says so', async () => {
      await postAll(paid('quarantine', 5))
      const other = new Vault('another encryption key of more than 32 characters')
      const results = await laku.system((work) => runChecks(ledgerChecks, work.tx, other))
      const wrong = results.filter((check) => !check.ok)
      expect(wrong.map((check) => check.name)).toEqual(['seals match'])
      expect(wrong[0]?.detail).toMatch(/^\d+ transactions were sealed under another LAKU_SEAL_KEY/)
    })

    it('finds a balance row that a superuser changed', async () => {
      if (!laku.superUrl) return expect(laku.superUrl, 'this server gives no superuser').toBeUndefined()
      const to = escrow(newId())
      await postAll(paid(to, 5))
      const set = (amount: number) => `
        update ledger_balances b set balance_idr = ${amount} from ledger_accounts a where a.id = b.account_id and a.key = '${to}'`
      await rawly(laku.superUrl, 'set local session_replication_role = replica', set(6))
      expect((await broken())[0]?.detail).toContain(`${to} has a balance of 6, its entries say 5`)
      await rawly(laku.superUrl, 'set local session_replication_role = replica', set(5))
    })
  })
})
