import { globSync, readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { askLaku, runLaku } from '../../../../test/command-line.ts'
import { CommandScenes } from '../../../../test/contract/command-scenes.ts'
import { query, testEncryptionKey } from '../../../../test/global-setup.ts'
import { admin, type TestLaku } from '../../../../test/laku.ts'
import { staff } from '../../../../test/staff.ts'
import { good } from '../../../../test/wallets.ts'
import { beginRun, keepAnswer } from '../../../domain/auth/index.ts'
import { choreography } from '../../../domain/composition/choreography.ts'
import { bookChecks } from '../../../domain/composition/invariants.ts'
import { replacedAt } from '../../../domain/composition/sealing/keys-in-use.ts'
import { reencryptPage, sealedTables } from '../../../domain/composition/sealing/sealed-data.ts'
import { notifyOldChannels } from '../../../domain/composition/ways-in/notify-old-channels.ts'
import { bankAccountsOf, taxIdOf, updateFactory } from '../../../domain/factory/index.ts'
import { insertRows, newId, runChecks, UnitOfWork, Vault } from '../../../domain/kernel/index.ts'
import { takeChainPage } from '../../../domain/ledger/index.ts'
import { limitAccountOf } from '../../../domain/ops/index.ts'
import { workRecords } from '../../../domain/ops/work-records.ts'
import { disposeSuspense, undoSuspense } from '../../../domain/payment/index.ts'
import { putIntoSuspense } from '../../../domain/suspense/index.ts'
import { adjustWallet, requestWithdrawal } from '../../../domain/wallet/index.ts'
import { openValue, sealValue } from '../../../domain/way-in/sealed-values.ts'
import { readStopToken } from '../../../domain/way-in/stop-link.ts'
import { openParams, sealParams } from '../../../domain/whatsapp/secret-params.ts'
import { beganAt, createKysely, createPool } from '../../../runtime/database.ts'
import { requireFit } from '../../../runtime/environment/require-fit.ts'
import { databaseEnvironment } from '../../doctor/database-rights.ts'
import { noteWritingKeys } from '../../process.ts'

const newKey = 'Jm1xpcxWUTlnCUbTzX1gz5Wyzj2d9lbJY0sLqxP0yXk='
const newSeal = 'vT0m4Wn4WyQbIhc6d1rXbJ0q1sG2o7Zr3k1m9aUeGxE='
const others = [
  {
    key: 'b6Xw0b2pX3nE5s8Qy1uZr4Tt7Lk9Vd2Fh6Jm0Np3Rc8=',
    seal: 'Q4h9Zt2Lx7Vb1Nc5Md8Kf3Jg6Hs0Pq4Rw9Ty2Ue7Io=',
  },
  {
    key: 'K2m7Qx4Wz9Ra3Tb6Yc1Ud8Ie5Of0Pg2Sh7Jk4Ll9Zn6=',
    seal: 'X3c8Vb1Nm6Qw9Er4Ty7Ui2Op5As0Df3Gh8Jk1Lz6Xc9=',
  },
  {
    key: 'P8n3Zr6Tb1Wc4Yd7Xe0Vf2Ug5Sh9Ri3Qj6Pk8Ol1Nm4=',
    seal: 'H5t8Jk1Lp4Qw7Er0Ty3Ui6Oa9Sd2Fg5Gh8Jx1Kc4Vb7=',
  },
] as const
const both = { key: `${newKey},${testEncryptionKey}`, seal: `${newSeal},${testEncryptionKey}` }
const old = new Vault(testEncryptionKey)

/** Returns the same laku as a process with other keys would have it. */
function withKeys(laku: TestLaku, vault: Vault): TestLaku {
  const { db, clock, policy, queue } = laku
  const unitOfWork = new UnitOfWork({
    db,
    clock,
    beganAt,
    choreography: async () => choreography,
    enqueue: (tx, jobs) => queue.enqueue(tx, jobs),
    policy,
    vault,
    records: workRecords,
  })
  const system = laku.system
  return Object.create(laku, {
    vault: { value: vault },
    unitOfWork: { value: unitOfWork },
    as: { value: unitOfWork.run.bind(unitOfWork) },
    system: {
      value: (use: Parameters<typeof system>[0]) => unitOfWork.run({ kind: 'system', name: 'test' }, use),
    },
  })
}

let scenes: CommandScenes
let laku: TestLaku
let factoryId: string
let userId: string
let bank: typeof good
let messageId: string
let wayValue: string
beforeAll(async () => {
  scenes = await CommandScenes.open()
  laku = scenes.laku
  factoryId = scenes.market.factoryId
  // Writes a value of each kind under the old key, by the use cases that write them.
  const code = await scenes.failedWithdrawal()
  const { rows } = await sql<{ userId: string; destination: string }>`
    select w.user_id, d.account_number as destination from withdrawals w join withdrawal_destinations d on d.id = w.destination_id
    where w.code = ${code}`.execute(laku.db)
  userId = rows[0]?.userId as string
  bank = { ...good, accountNumber: old.open('wallet.destination', rows[0]?.destination as string) }
  await scenes.f.account(factoryId, '131313')
  await laku.as(admin, (work) =>
    updateFactory(work, { factoryId, taxId: { kind: 'npwp', number: '012345678901234' } } as never),
  )
  wayValue = await laku.system((work) => sealValue(work, ['user', userId], '+628111111'))
  messageId = newId()
  await laku.system(async ({ tx, now, vault }) => {
    const at = { createdAt: now, updatedAt: now, nextAttemptAt: now }
    const message = {
      id: messageId,
      dedupeKey: messageId,
      toPhone: '+628111111',
      template: 'laku_code',
      params: '[]',
    }
    await insertRows(tx, 'whatsappMessages', [
      { ...message, ...at, sealedParams: sealParams(vault, ['123456']) } as never,
    ])
  })
  const run = { id: newId(), staffId: (admin as { id: string }).id, key: 'rotation', requestHash: 'h' }
  await laku.as(admin, async (work) => {
    await beginRun(work, { ...run, command: 'settle run' })
    await keepAnswer(work, { id: run.id, attempt: 1 }, 'done')
  })
  const gone = { kind: 'payout', amountIdr: 1_000, why: 'a test', receivedBy: bank } as const
  for (const code of ['disb-1', 'disb-2']) {
    await laku.system((work) => putIntoSuspense(work, { ...gone, key: code, code }))
    await laku.as(staff('finance', 'a test'), (work) => disposeSuspense(work, code, { to: 'written_off' }))
  }
  await laku.as(staff('finance', 'a test'), (work) => undoSuspense(work, 'disb-2'))
  await laku.system((work) => takeChainPage(work))
  vi.stubEnv('DATABASE_URL', laku.urls.app)
  vi.stubEnv('DATABASE_OWNER_URL', laku.ownerUrl)
}, 60_000)
afterAll(async () => {
  vi.unstubAllEnvs()
  await scenes?.close()
})

/** Reads all values that were written under the old key, as a process with these keys does. */
async function readsAll(process: TestLaku): Promise<void> {
  const [accounts] = await process.system((work) =>
    bankAccountsOf(work.tx, work.vault, factoryId).then((all) => [all]),
  )
  expect(accounts).toMatchObject([{ account: expect.stringContaining('1313') }])
  expect(await process.as(admin, (work) => taxIdOf(work, factoryId))).toMatchObject({
    number: '012345678901234',
  })
  expect(await process.system((work) => openValue(work, ['user', userId], wayValue))).toBe('+628111111')
  const { rows } = await sql<{ sealed: string; payout: string }>`
    select (select sealed_params from whatsapp_messages where id = ${messageId}::uuid) as sealed,
      (select account_number from payouts order by id limit 1) as payout`.execute(laku.db)
  expect(openParams(process.vault, String(rows[0]?.sealed))).toEqual(['123456'])
  expect(process.vault.open('payout.destination', String(rows[0]?.payout))).toBe(bank.accountNumber)
  // The bank account is recognised as a known one, because a new account would need a code.
  await process.unitOfWork.dryRun({ kind: 'customer', id: userId }, (work) =>
    requestWithdrawal(work, { amountIdr: 100_000, bank }),
  )
  expect(await broken(process)).toEqual([])
}

const broken = async (process: TestLaku) =>
  (await process.system((work) => runChecks(bookChecks, work.tx, work.vault)))
    .filter((check) => !check.ok)
    .map(({ name, detail }) => `${name}: ${detail}`)

interface Listed {
  ok: boolean
  next: string[]
  keys: { purpose: string; key: string; state: string; values: number }[]
}

/** Sets the keys for commands of the database's owner. */
function ownerHas(keys: { key: string; seal: string }): void {
  vi.stubEnv('LAKU_ENCRYPTION_KEY', keys.key)
  vi.stubEnv('LAKU_SEAL_KEY', keys.seal)
}

/**
 * Admits the owner's keys, two seconds after all others. Keys that are admitted within one second count as
 * admitted at once, and this file is faster than that.
 */
async function admitLater(): Promise<void> {
  await query(laku.ownerUrl, "update database_keys set admitted_at = admitted_at - interval '2 seconds'")
  await askLaku(laku, ['db', 'keys', 'admit'])
}

/** Writes encrypted values and a seal under the keys of this process. */
async function writeMore(process: TestLaku): Promise<string> {
  const gift = { userId, changeIdr: 1_000, kind: 'goodwill', reason: 'a test' } as const
  await process.as(admin, (work) => adjustWallet(work, gift))
  const run = { id: newId(), staffId: (admin as { id: string }).id, key: newId(), requestHash: 'h' }
  await process.as(admin, async (work) => {
    await beginRun(work, { ...run, command: 'settle run' })
    await keepAnswer(work, { id: run.id, attempt: 1 }, run.key)
  })
  return run.id
}

const answerOf = async (process: TestLaku, id: string) => {
  const { rows } = await sql<{ kept: string; key: string }>`
    select kept, key from command_runs where id = ${id}`.execute(laku.db)
  return process.vault.open('command runs', rows[0]?.kept ?? '') === rows[0]?.key
}

describe('issue 13, deliver 8: the keys of the database rotate', () => {
  const rotating = () => withKeys(laku, new Vault(both.key.split(','), both.seal.split(',')))
  const alone = () => withKeys(laku, new Vault(newKey, newSeal))
  const last = () => withKeys(laku, new Vault(others[1].key, others[1].seal))
  const newest = () => withKeys(laku, new Vault(others[2].key, others[2].seal))

  it('has every kind of value that is encrypted in its list', async () => {
    const purposes = new Set(sealedTables.map(({ purpose }) => purpose))
    const found: string[] = []
    for (const file of globSync('src/**/*.ts')) {
      if (
        file.endsWith('.test.ts') ||
        file.includes('kernel/vault') ||
        file.endsWith('composition/sealing/sealed-data.ts')
      )
        continue
      const text = readFileSync(file, 'utf8')
      for (const [, word = ''] of text.matchAll(/vault\.seal\(\s*('[^']+'|\w+)/g)) {
        const constant = new RegExp(`const ${word} = '([^']+)'`).exec(text)?.[1]
        found.push(constant ?? word.replaceAll("'", ''))
      }
    }
    expect(found.length).toBeGreaterThan(6)
    expect(found.filter((purpose) => !purposes.has(purpose))).toEqual([])
    for (const { table, columns } of sealedTables) {
      const { rows } = await sql<{ count: number }>`
        select count(${sql.ref(columns[0] as string)})::int as count from ${sql.table(table)}`.execute(
        laku.db,
      )
      expect([table, Number(rows[0]?.count) > 0]).toEqual([table, true])
    }
  })

  it('opens with the new ones only once its owner has admitted them', async () => {
    const opener = { env: 'development', url: laku.urls.app, embedded: false } as const
    const fits = () => requireFit(laku.pool, { ...opener, vault: rotating().vault })
    await expect(fits()).rejects.toThrow('is not one of its keys')
    ownerHas({ key: newKey, seal: newSeal })
    const without = await runLaku(laku, ['db', 'keys', 'admit'])
    expect(without).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('last sealed with the key'),
    })
    ownerHas(both)
    const admitted = await askLaku<{ admitted: object[] }>(laku, ['db', 'keys', 'admit'])
    expect(admitted.admitted).toHaveLength(2)
    await fits()
    await expect(requireFit(laku.pool, { ...opener, vault: alone().vault })).rejects.toThrow(
      'some of its data is under the key',
    )
    await expect(requireFit(laku.pool, { ...opener, vault: old })).rejects.toThrow(
      'some of its data is under the key',
    )
  })

  it('reads old and new side by side, and does not let the old one go while anything is under it', async () => {
    await readsAll(rotating())
    await writeMore(rotating())
    const { keys, next } = await askLaku<Listed>(rotating(), ['db', 'keys', 'list'])
    const under = (purpose: string, key: string) =>
      keys.find((candidate) => candidate.purpose === purpose && candidate.key === key)?.values ?? 0
    expect(under('encryption', old.keyId)).toBeGreaterThan(8)
    expect(under('seal', old.keyId)).toBeGreaterThan(2)
    expect(under('seal', rotating().vault.seals.keyId)).toBeGreaterThan(0)
    const early = await runLaku(laku, ['db', 'keys', 'retire', old.keyId])
    expect(early).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('run laku db keys rewrite') })
    expect(next).toEqual([
      expect.stringMatching(/values are still under \S+ \(encryption\): run laku db keys rewrite/),
      expect.stringMatching(/values are still under \S+ \(seal\): run laku db keys rewrite/),
    ])
    const lost = await runLaku(alone(), ['db', 'keys', 'list', '--json'])
    expect(lost.exitCode).toBe(8)
    expect(JSON.parse(lost.stdout)).toMatchObject({
      ok: false,
      next: expect.arrayContaining([
        expect.stringContaining('add that key at the end of LAKU_ENCRYPTION_KEY'),
      ]),
    })
  })

  it('seals nothing again that was changed meanwhile', async () => {
    const { rows } = await sql<{ id: string; kind: string }>`
      select id, kind from ledger_transactions order by id limit 1`.execute(laku.db)
    const { id = '', kind = '' } = rows[0] ?? {}
    const change = (to: string) =>
      query(
        laku.superUrl ?? laku.ownerUrl,
        'alter table ledger_transactions disable trigger user',
        `update ledger_transactions set kind = '${to}' where id = '${id}'`,
        'alter table ledger_transactions enable trigger user',
      )
    await change('forged')
    const done = await runLaku(rotating(), ['db', 'keys', 'rewrite', '--json'])
    expect(done.exitCode).toBe(8)
    expect(JSON.parse(done.stdout).left).toEqual([expect.stringContaining('changed after it was sealed')])
    await change(kind)
  })

  it('reads all of it by the new ones alone once it was rewritten, and refuses the old one', async () => {
    await askLaku(rotating(), ['db', 'keys', 'rewrite'])
    expect(await askLaku(rotating(), ['db', 'keys', 'rewrite'])).toMatchObject({
      encrypted: 0,
      sealed: 0,
      left: [],
    })
    const audit = await laku.db
      .selectFrom('auditLog')
      .selectAll()
      .where('command', '=', 'db keys rewrite')
      .execute()
    expect(audit).toContainEqual(expect.objectContaining({ actorName: 'ana', subjectKind: 'key' }))
    await readsAll(alone())
    // Decisions of before and after the new key about money to one bank account count together.
    const counted = laku.db.selectFrom('limitUses').select('account').where('kind', 'like', 'suspense%')
    const account = limitAccountOf(new Vault(newKey), bank)
    expect(await counted.execute()).toEqual([{ account }, { account }, { account }])
    expect(
      await broken(withKeys(laku, new Vault(newKey, 'another key of the book, which was never admitted'))),
    ).not.toEqual([])
    const { ok, keys, next } = await askLaku<Listed>(alone(), ['db', 'keys', 'list'])
    expect(ok).toBe(true)
    expect(next.filter((step) => step.includes(`run laku db keys retire ${old.keyId}`))).toHaveLength(2)
    expect(keys.filter(({ key }) => key === old.keyId).map(({ values }) => values)).toEqual([0, 0])
    expect((await runLaku(laku, ['db', 'keys', 'retire', rotating().vault.keyId])).exitCode).toBe(5)
    expect((await runLaku(laku, ['db', 'keys', 'retire', 'abcdefgh'])).exitCode).toBe(3)
    // A buyer whose email was changed before the new key may still stop the change by a link under the old
    // key.
    const changeId = newId()
    await query(
      laku.ownerUrl,
      `insert into way_changes (id, subject_kind, subject_id, way, changed_by, changed_at, stoppable_until)
       values ('${changeId}', 'user', '${userId}', 'email', 'staff:ana', now() - interval '1 hour', now() + interval '1 day')`,
    )
    const stoppable = await runLaku(laku, ['db', 'keys', 'retire', old.keyId])
    expect(stoppable).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('still be stopped by links'),
    })
    // Once its owner ends these links, the buyer gets a new link from a process that signs with the new key.
    const retired = await askLaku(laku, ['db', 'keys', 'retire', old.keyId, '--end-log-ins'])
    expect(retired).toMatchObject({ retired: old.keyId, new_links: 1 })
    const { rows } = await sql<{ data: { changeId: string; retiredKey: string } }>`
      select data from pgboss.job where name = 'ways.tell' and data ? 'retiredKey'`.execute(
      laku.db.withoutPlugins(),
    )
    const told = (process: TestLaku) =>
      process.system((work) =>
        notifyOldChannels(work, {
          ...(rows[0]?.data as { changeId: string }),
          publicUrl: 'https://laku.test',
        }),
      )
    expect(rows).toEqual([{ data: { changeId, retiredKey: old.keyId } }])
    await expect(told(withKeys(laku, old))).rejects.toThrow('still signs with the key')
    await told(rotating())
    const messages = await laku.db
      .selectFrom('whatsappMessages')
      .select(['params', 'sealedParams'])
      .where('dedupeKey', 'like', `way_in:${changeId}#${old.keyId}#%`)
      .execute()
    const [sent] = messages.flatMap(({ sealedParams }) => openParams(alone().vault, sealedParams ?? ''))
    const link = /\/stop\/([\w.-]+)/.exec(sent ?? '')?.[1] ?? ''
    expect(JSON.stringify(messages)).toContain('menggantikan tautan kami sebelumnya')
    expect([readStopToken(alone().vault, link), readStopToken(old, link)]).toEqual([changeId, undefined])
    await query(laku.ownerUrl, 'delete from way_changes')
    const opener = { env: 'development', url: laku.urls.app, embedded: false } as const
    await requireFit(laku.pool, { ...opener, vault: alone().vault })
    await requireFit(laku.pool, { ...opener, vault: rotating().vault })
    await expect(requireFit(laku.pool, { ...opener, vault: old })).rejects.toThrow('does not fit')
  })

  // An admission is `+KEY`, a rewrite under a key is the key alone. The number is the instant of the rewrite
  // that ended the signing with `oldkey01`.
  it.each([
    ['newkey02 and a rewrite', '+oldkey01 +newkey02 newkey02 newkey02', 'newkey02', 2],
    ['a late end of the rotation before', '+before00 +oldkey01 before00 +newkey02 newkey02', 'newkey02', 4],
    ['a way back', '+oldkey01 +middle03 middle03 oldkey01 +newkey02 newkey02', 'newkey02', 5],
    ['a way back to the key before', '+before00 +oldkey01 before00 oldkey01 before00', 'before00', 4],
    [
      'nothing but the rewrite of the key before',
      '+before00 +oldkey01 before00 +newkey02',
      'newkey02',
      undefined,
    ],
  ])('know the end of the signing with a key: %s', async (_, history, current, expected) => {
    const pool = createPool({ url: laku.ownerUrl, poolSize: 1, applicationName: 'test' })
    const at = (step: number) => new Date(Date.UTC(2031, 0, 1 + step))
    const undo = new Error('undo')
    const found = createKysely(pool)
      .transaction()
      .execute(async (tx) => {
        const words = history.split(' ')
        for (const [step, key] of words.entries()) {
          if (!key.startsWith('+'))
            await sql`
              insert into audit_log (id, actor_kind, actor_id, actor_name, command, subject_kind, subject_id, occurred_at)
              values (next_id(), 'system', 'test', 'test', 'db keys rewrite', 'key', ${key}, ${at(step)})`.execute(
              tx,
            )
        }
        const own = words.indexOf('+oldkey01')
        const admitted = words.slice(own + 1).filter((word) => word.startsWith('+'))
        const later = admitted.map((word) => word.slice(1))
        const since = await replacedAt(tx, { id: 'oldkey01', admittedAt: at(own) }, { later, current })
        expect(since).toEqual(expected === undefined ? undefined : at(expected))
        throw undo
      })
    await expect(found).rejects.toBe(undo)
    await pool.end()
  })

  it('rotate twice in a row: values under three keys are read, and each half of the way says how to go on', async () => {
    const [a, b] = others
    const second = await writeMore(alone())
    ownerHas({ key: `${a.key},${newKey}`, seal: `${a.seal},${newSeal}` })
    await admitLater()
    const first = withKeys(laku, new Vault([a.key, newKey], [a.seal, newSeal]))
    // Processes that have the new key behind the old one read it and do not write with it.
    const early = withKeys(laku, new Vault([newKey, a.key], [newSeal, a.seal]))
    const staged = await askLaku<Listed>(early, ['db', 'keys', 'list'])
    expect(staged.next).toEqual([
      expect.stringMatching(/put it first in LAKU_ENCRYPTION_KEY, and restart/),
      expect.stringMatching(/put it first in LAKU_SEAL_KEY/),
    ])
    const fourth = await writeMore(first)
    // The next rotation begins before anything was written again.
    const all = { key: [b.key, a.key, newKey], seal: [b.seal, a.seal, newSeal] }
    ownerHas({ key: all.key.join(), seal: all.seal.join() })
    await admitLater()
    const process = withKeys(laku, new Vault(all.key, all.seal))
    const third = await writeMore(process)
    await readsAll(process)
    for (const id of [second, fourth, third]) expect(await answerOf(process, id)).toBe(true)
    // The rewrite is stopped after one table.
    const table = sealedTables[0] as (typeof sealedTables)[number]
    await process.as(admin, (work) => reencryptPage(work, table))
    await readsAll(process)
    const half = await askLaku<Listed>(process, ['db', 'keys', 'list'])
    expect([half.ok, half.next.length]).toEqual([true, 4])
    for (const step of half.next) expect(step).toMatch(/still under .*: run laku db keys rewrite/)
    const [k2, k3] = [alone().vault.keyId, new Vault(a.key).keyId]
    for (const id of [k2, k3]) {
      const refused = await runLaku(laku, ['db', 'keys', 'retire', id])
      expect([refused.exitCode, refused.stderr]).toEqual([
        5,
        expect.stringContaining('run laku db keys rewrite'),
      ])
    }
    expect(await askLaku(process, ['db', 'keys', 'rewrite'])).toMatchObject({ left: [] })
    await readsAll(last())
    for (const id of [second, fourth, third]) expect(await answerOf(last(), id)).toBe(true)
    for (const vault of [alone().vault, new Vault(a.key, a.seal)]) {
      for (const id of [vault.keyId, vault.seals.keyId])
        await askLaku(laku, ['db', 'keys', 'retire', id, '--end-log-ins'])
    }
    const done = await askLaku<Listed>(process, ['db', 'keys', 'list'])
    expect(done.next.filter((step) => step.includes('is retired: take it out of'))).toHaveLength(4)
    expect((await askLaku<Listed>(last(), ['db', 'keys', 'list'])).next).toEqual([])
    const opener = { env: 'development', url: laku.urls.app, embedded: false } as const
    await requireFit(laku.pool, { ...opener, vault: last().vault })
    await expect(requireFit(laku.pool, { ...opener, vault: first.vault })).rejects.toThrow('does not fit')
    expect(await broken(alone())).not.toEqual([])
  })

  it('set back by hand leave a trace: the audit log, the list, doctor and the retirement say so', async () => {
    const [, b, fresh] = others
    ownerHas({ key: `${fresh.key},${b.key}`, seal: `${fresh.seal},${b.seal}` })
    await admitLater()
    const before = withKeys(laku, new Vault([b.key, fresh.key], [b.seal, fresh.seal]))
    const after = withKeys(laku, new Vault([fresh.key, b.key], [fresh.seal, b.seal]))
    // The clock stands still otherwise, and the owner's rows have the time of the database.
    laku.clock.shift(600)
    const starts = async (process: TestLaku) => {
      laku.clock.shift(1)
      await noteWritingKeys(process, 'worker')
      laku.clock.shift(1)
    }
    const rows = () =>
      laku.db
        .selectFrom('auditLog')
        .select(['actorName', 'subjectId', 'after'])
        .where('command', '=', 'keys write')
        .orderBy('occurredAt')
        .orderBy('id')
        .execute()
    const doctor = async () =>
      (await databaseEnvironment.examine(after)).some(({ message }) =>
        message.includes(`writes with ${before.vault.keyId} (encryption)`),
      )
    for (const process of [before, before, after, after]) await starts(process)
    // The first of these keys was the last one to write, so only the second one is noted.
    expect(await rows()).toHaveLength(2)
    expect(await doctor()).toBe(false)
    await askLaku(after, ['db', 'keys', 'rewrite'])
    // One process is started with the old order again, once everything is under the new key.
    await starts(before)
    expect((await rows()).slice(2)).toEqual(
      [
        ['encryption', before.vault.keyId, after.vault.keyId],
        ['seal', before.vault.seals.keyId, after.vault.seals.keyId],
      ].map(([purpose, subjectId, insteadOf]) => ({
        actorName: 'worker',
        subjectId,
        after: { purpose, insteadOf },
      })),
    )
    const { next } = await askLaku<Listed>(after, ['db', 'keys', 'list'])
    expect(next).toEqual([
      expect.stringContaining(`${after.vault.keyId} first in LAKU_ENCRYPTION_KEY`),
      expect.stringContaining(`${after.vault.seals.keyId} first in LAKU_SEAL_KEY`),
    ])
    expect(await doctor()).toBe(true)
    const retire = () => runLaku(laku, ['db', 'keys', 'retire', before.vault.keyId])
    expect(await retire()).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('writes with') })
    // A customer logged in by that process: the key stays until they were renewed, also after the next
    // rewrite.
    const logIn = `insert into auth_sessions (id, user_id, token_hash, created_at, rotated_at, expires_at)
      values ('${newId()}', '${userId}', 'h', $1, $1, now() + interval '1 day')`
    await laku.pool.query(logIn, [laku.clock.now()])
    await starts(after)
    await askLaku(after, ['db', 'keys', 'rewrite'])
    expect(await doctor()).toBe(false)
    expect(await retire()).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('customers are logged in'),
    })
    await query(laku.ownerUrl, 'delete from auth_sessions')
    expect(await retire()).toMatchObject({ exitCode: 0 })
  })

  it('still sees a posting that was changed, by the newer seal alone', async () => {
    const { rows } = await sql<{
      key: string
    }>`select key from ledger_transactions order by id limit 1`.execute(laku.db)
    await query(
      laku.superUrl ?? laku.ownerUrl,
      'alter table ledger_transactions disable trigger user',
      `update ledger_transactions set kind = 'forged' where key = '${rows[0]?.key}'`,
    )
    expect((await broken(newest())).join()).toContain(`${rows[0]?.key}`)
    await query(laku.superUrl ?? laku.ownerUrl, 'delete from ledger_reseals')
    expect((await broken(newest())).join()).toContain('sealed under another LAKU_SEAL_KEY')
  })
})
