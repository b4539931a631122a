import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/domain/kernel/index.ts'
import { credit, debit, post } from '../../src/domain/ledger/index.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { runLaku } from './laku-process.ts'

describe('laku ledger verify', () => {
  let laku: TestLaku
  beforeAll(async () => {
    laku = await openTestLaku()
  })
  afterAll(() => laku.close())

  const verify = (...flags: string[]) =>
    runLaku(['ledger', 'verify', '--quiet', ...flags], {
      DATABASE_URL: laku.urls.app,
      LAKU_ENCRYPTION_KEY: laku.config.encryptionKey.join(','),
    })

  it('ends 0 on a book that holds, and 8 with the name of the transaction that a superuser changed, still balanced', async () => {
    if (!laku.superUrl) return expect(laku.superUrl, 'this server gives no superuser').toBeUndefined()
    const posting = {
      // The posting belongs to a line at the provider, so no row in this database must match it.
      key: `gateway:${newId()}:fee`,
      kind: 'gateway.fee' as const,
      subject: ['gateway', newId()] as [string, string],
      entries: [debit('gateway', 500), credit('commission', 300), credit('shipping', 200)],
    }
    await laku.system((work) => post(work, [posting]))
    const before = await verify('--json')
    expect(before).toMatchObject({ exitCode: 0, stderr: '' })
    expect(JSON.parse(before.stdout)).toMatchObject({ ok: true, transactions: 1, entries: 3 })

    const superuser = new pg.Client({ connectionString: laku.superUrl })
    await superuser.connect()
    await superuser.query('set session_replication_role = replica')
    const { rowCount } = await superuser.query(
      `update ledger_entries e set amount_idr = case a.key when 'commission' then -200 else -300 end
       from ledger_accounts a where a.id = e.account_id and a.key in ('commission', 'shipping')`,
    )
    await superuser.end()
    expect(rowCount).toBe(2)

    const found = await verify('--json')
    expect(found).toMatchObject({ exitCode: 8, stderr: '' })
    const { ok, checks } = JSON.parse(found.stdout)
    expect(ok).toBe(false)
    const seals = checks.find((check: { name: string }) => check.name === 'seals match')
    expect(seals).toMatchObject({ ok: false, detail: expect.stringContaining(posting.key) })
    const shown = await verify()
    expect(shown).toMatchObject({ exitCode: 8, stderr: '' })
    expect(shown.stdout).toContain(posting.key)
  })
})
