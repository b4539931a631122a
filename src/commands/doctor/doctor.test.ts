import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runLaku } from '../../../test/command-line.ts'
import { actsOfProduction, query } from '../../../test/global-setup.ts'
import { openPaymentFixture, type PaymentFixture } from '../../../test/payments.ts'
import { newId } from '../../domain/kernel/index.ts'
import { escrow } from '../../domain/ledger/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { doctorChecks, type Finding } from './checks.ts'

let f: PaymentFixture
let folder: string
/** The names of the checks that found a fault in these tests. */
const seen = new Set<string>()
beforeAll(async () => {
  // The watch of illegal state changes adds triggers, which the doctor would report.
  f = await openPaymentFixture({ watched: false })
  await query(f.laku.ownerUrl, ...actsOfProduction)
  folder = mkdtempSync(join(tmpdir(), 'laku-doctor-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await f?.laku.close()
})

async function findings(name: string, laku: Laku = f.laku): Promise<Finding[]> {
  const check = doctorChecks.find((doctorCheck) => doctorCheck.name === name)
  if (!check) throw new Error(`no check ${name}`)
  const all = await check.examine(laku)
  if (all.length > 0) seen.add(name)
  return all
}

/** Expects that a check finds a fault while it exists, and not before or after. */
async function sees(name: string, inject: string, heal: string): Promise<Finding> {
  expect(await findings(name)).toEqual([])
  await query(f.laku.ownerUrl, inject)
  const [finding] = await findings(name)
  await query(f.laku.ownerUrl, heal)
  expect(await findings(name)).toEqual([])
  if (!finding) throw new Error(`${name} did not see its fault`)
  return finding
}

const id = newId()
const job = (name: string, state: string, more: string) => `
  insert into pgboss.job (id, name, state, ${more.split('=')[0]}) values ('${id}', '${name}', '${state}', ${more.split('=')[1]})`
const noJob = `delete from pgboss.job where id = '${id}'`

describe('laku doctor', () => {
  it('says that all is well, with exit code 0', async () => {
    const { exitCode, stdout } = await runLaku(f.laku, ['doctor', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ ok: true })
    expect(exitCode).toBe(0)
  })

  it('says what it takes for true of the account at the payment provider, and sees what speaks against it', async () => {
    const policy = {
      ...f.laku.policy,
      refundForm: 'legacy',
      floatIdr: 5_000_000,
      refundChannels: { GOPAY: false },
    }
    const own = Object.create(f.laku, { policy: { value: policy } }) as Laku
    const { account } = JSON.parse((await runLaku(own, ['doctor', '--json'])).stdout)
    expect(account).toMatchObject({
      refund_form: 'legacy',
      float_idr: 5_000_000,
      refunds: expect.arrayContaining([{ channel: 'LINKAJA', days: 30, parts: false }]),
    })
    expect(JSON.stringify(account.refunds)).not.toContain('GOPAY')
    const { stdout } = await runLaku(own, ['doctor'])
    expect(stdout).toContain('refunds name their payment by invoice_id (legacy)')
    expect(stdout).toContain('QRIS 7; anything else goes to the wallet')
    expect(stdout).toContain("the company's own money there (float): Rp 5.000.000")
    const old = await sees(
      'account profile',
      `insert into payout_channels (channel_code, name, kind, minimum_idr, maximum_idr, read_at)
       values ('ID_OLD', 'Old', 'bank', 1, 2, now() - interval '3 days')`,
      "delete from payout_channels where channel_code = 'ID_OLD'",
    )
    expect(old).toMatchObject({ severity: 'warning', command: 'laku providers check' })
  })

  it('sees missing migrations', async () => {
    const name = '(select max(name) from kysely_migration)'
    await query(f.laku.ownerUrl, `create table kept as select * from kysely_migration where name = ${name}`)
    const finding = await sees(
      'migrations',
      'delete from kysely_migration where name in (select name from kept)',
      'insert into kysely_migration select * from kept',
    )
    await query(f.laku.ownerUrl, 'drop table kept')
    expect(finding.command).toBe('laku db migrate')
  })

  it('sees an index that is gone, a column that came, and a trigger that does nothing any more', async () => {
    const index = 'create index sessions_to_close on group_buying_sessions (ends_at)'
    const gone = await sees(
      'schema drift',
      'drop index sessions_to_close',
      `${index} where status = 'forming'`,
    )
    expect(gone.message).toContain('missing: CREATE INDEX sessions_to_close')
    const came = await sees(
      'schema drift',
      'alter table users add column nickname text',
      'alter table users drop column nickname',
    )
    expect(came.message).toContain('unknown to laku: users: nickname text')
    const trigger = (verb: string) => `alter table events ${verb} trigger events_written_once`
    const off = await sees('schema drift', trigger('disable'), trigger('enable'))
    expect(off.message).toContain('switched off: events: events_written_once')
  })

  it('sees providers that do not answer', async () => {
    const nowhere = { ...f.laku.config, biteshipApiUrl: 'http://127.0.0.1:9', smtpUrl: 'smtp://127.0.0.1:9' }
    const laku = { ...f.laku, config: nowhere } as Laku
    expect(await findings('provider reachability', laku)).toMatchObject([
      { severity: 'warning', command: 'laku switches pause biteship' },
      { severity: 'warning', message: expect.stringContaining('email does not answer') },
    ])
  })

  it('sees jobs that wait too long, run too long, and died', async () => {
    const old = await sees(
      'queue depth and oldest job',
      job('notify', 'created', "start_after=now() - interval '1 hour'"),
      noJob,
    )
    expect(old).toMatchObject({ severity: 'critical', command: 'laku worker' })
    await sees('stuck jobs', job('notify', 'active', "started_on=now() - interval '1 hour'"), noJob)
    await sees('dead jobs', job('dead', 'created', 'start_after=now()'), noJob)
  })

  it('sees workers that went silent', async () => {
    await sees(
      'dead workers',
      `insert into pgboss.instance (id, host, pid, version, node_version, heartbeat_seconds, supervise, schedule, migrate,
         persist_queue_stats, persist_warnings, heartbeat_on)
       values ('${id}', 'h', 1, '12', '24', 10, true, true, false, false, false, now() - interval '1 hour')`,
      `delete from pgboss.instance where id = '${id}'`,
    )
  })

  it('sees sessions past due', async () => {
    const set = (when: string) =>
      `update group_buying_sessions set ends_at = ${when} where id = '${f.sessionId}'`
    await query(f.laku.ownerUrl, `update group_buying_sessions set starts_at = now() - interval '2 days'`)
    await sees('sessions past due', set("now() - interval '1 day'"), set("now() + interval '1 day'"))
  })

  it('sees escrow in final sessions', async () => {
    const { db } = f.laku
    const account = escrow(f.sessionId)
    await sql`insert into ledger_accounts (key, kind, may_go_negative) values (${account}, 'liability', false)`.execute(
      db,
    )
    const balance = (idr: number) => `
      alter table ledger_balances disable trigger user;
      update ledger_balances set balance_idr = ${idr};
      alter table ledger_balances enable trigger user;
      update group_buying_sessions set status = '${idr > 0 ? 'success' : 'forming'}' where id = '${f.sessionId}'`
    await sees('escrow in final sessions', balance(5), balance(0))
    // A balance without entries also violates the ledger's invariants.
    const finding = await sees('ledger invariants', balance(5), balance(0))
    expect(finding.command).toBe('laku ledger verify')
  })

  it('sees webhooks that lag, and what needs a person', async () => {
    await sees(
      'webhook lag',
      `insert into webhook_inbox (id, provider, dedupe_key, headers, received_at, next_attempt_at)
       values ('${id}', 'xendit', 'lag', '{}', now(), now() - interval '1 hour')`,
      `delete from webhook_inbox where id = '${id}'`,
    )
    await sees(
      'attention',
      `insert into attention (id, kind, subject_kind, subject_id, message, command, since)
       values ('${id}', 'stuck', 'order', 'x', 'm', 'laku doctor', now())`,
      `delete from attention where id = '${id}'`,
    )
    const config = { ...f.laku.config, attentionMailTo: 'jaga@laku.test' }
    const mailing = Object.create(f.laku, { config: { value: config } }) as Laku
    const raised = (ago: string) => [
      `delete from attention where id = '${id}'`,
      `insert into attention (id, kind, subject_kind, subject_id, message, command, since)
       values ('${id}', 'money_in_suspense', 'x', 'x', 'm', 'laku doctor', now() - interval '${ago}')`,
    ]
    await query(f.laku.ownerUrl, ...raised('1 minute'))
    expect(await findings('attention', mailing)).toMatchObject([{ severity: 'warning' }])
    await query(f.laku.ownerUrl, ...raised('1 hour'))
    expect(await findings('attention', mailing)).toMatchObject([{}, { severity: 'critical' }])
    await query(f.laku.ownerUrl, `delete from attention where id = '${id}'`)
  })

  it('sees unanswered purchase orders', async () => {
    await sees(
      'unanswered purchase orders',
      `insert into warehouse_purchase_orders (id, code, factory_id, status, created_at, sent_at, updated_at)
       values ('${id}', 'PO-1', '${f.factoryId}', 'sent', now(), now() - interval '2 days', now())`,
      `delete from warehouse_purchase_orders where id = '${id}'`,
    )
  })

  it('sees tokens that expire, a clock that is off, a full disk and a readable secret', async () => {
    await sees(
      'expiring tokens',
      `insert into staff (id, name, role, created_at) values ('${id}', 'tuti', 'admin', now());
       insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at)
       values ('${id}', '${id}', 'h', now(), now() + interval '3 days')`,
      `delete from staff_tokens; delete from staff_names where staff_id = '${id}'; delete from staff where id = '${id}'`,
    )
    const late = { rows: [{ at: new Date(Date.now() - 60_000) }] }
    const skewed = Object.create(f.laku, { pool: { value: { query: async () => late } } })
    expect(await findings('clock skew')).toEqual([])
    expect((await findings('clock skew', skewed))[0]?.message).toMatch(/60 seconds/)
    const full = Object.create(f.laku, { config: { value: { ...f.laku.config, dataDir: '/proc' } } })
    expect((await findings('disk', full))[0]).toMatchObject({
      severity: 'critical',
      message: '0 MB are free',
    })
    const own = Object.create(f.laku, { config: { value: { ...f.laku.config, dataDir: folder } } })
    const path = join(folder, 'credentials.json')
    writeFileSync(path, '{}', { mode: 0o600 })
    expect(await findings("secrets' file modes", own)).toEqual([])
    chmodSync(path, 0o644)
    expect((await findings("secrets' file modes", own))[0]?.command).toBe(`chmod 600 ${path}`)
  })

  it('says whose word it believes for who calls, and sees where that is everybody’s', async () => {
    const name = 'trusted proxies'
    const believing = (trustedProxies: string[], more: object = {}) =>
      Object.create(f.laku, { config: { value: { ...f.laku.config, trustedProxies, ...more } } })
    expect(await findings(name, believing(['loopback', '10.0.0.0/8']))).toEqual([])
    const [everybody] = await findings(name, believing(['0.0.0.0/0']))
    expect(everybody).toMatchObject({ severity: 'critical', message: expect.stringContaining('0.0.0.0/0') })
    const open = { env: 'production', host: '0.0.0.0' }
    expect((await findings(name, believing(['loopback'], open)))[0]?.message).toContain(
      'the last address in it',
    )
  })

  it('sees a key that rotates, and rights that the application has no use for', async () => {
    const rotating = await sees(
      'environment and keys',
      "insert into database_keys (purpose, id) values ('seal', 'abcdefgh')",
      "delete from database_keys where id = 'abcdefgh'",
    )
    expect(rotating.message).toMatch(/the seal key rotates: 2 are in use .*abcdefgh/)
    const name = new URL(f.laku.ownerUrl).pathname.slice(1)
    const made = await sees(
      'rights in the database',
      `grant temporary on database ${name} to public`,
      `revoke temporary on database ${name} from public`,
    )
    expect(made.message).toBe("the application's role can create temporary tables")
    const staff = await sees(
      'rights in the database',
      'grant insert on staff to laku_app',
      'revoke insert on staff from laku_app',
    )
    expect(staff.message).toContain('can write staff')
  })

  it('was shown a fault by each of its checks', () => {
    expect(doctorChecks.map((doctorCheck) => doctorCheck.name).filter((name) => !seen.has(name))).toEqual([])
  })

  it('ends with 8 and one JSON value where something is wrong', async () => {
    await query(
      f.laku.ownerUrl,
      `insert into attention (id, kind, subject_kind, subject_id, message, command, since)
       values ('${id}', 'stuck', 'order', 'x', 'm', 'laku doctor', now())`,
    )
    const { exitCode, stdout } = await runLaku(f.laku, ['doctor', '--json'])
    expect([exitCode, JSON.parse(stdout).ok]).toEqual([8, false])
    expect((await runLaku(f.laku, ['doctor'])).stdout).toContain('fix it with: laku attention list')
  })
})
