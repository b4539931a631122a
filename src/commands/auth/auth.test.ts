import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { askLaku, runLaku } from '../../../test/command-line.ts'
import { query, testEncryptionKey } from '../../../test/global-setup.ts'
import { admin, openTestLaku, someone, type TestLaku } from '../../../test/laku.ts'
import { enrolAdmin, hire } from '../../../test/staff.ts'
import { identify } from '../../cli/define/actor.ts'
import { CommandContext } from '../../cli/define/context.ts'
import { confirmSevere } from '../../cli/prompts/confirm.ts'
import { type Actor, newId } from '../../domain/kernel/index.ts'
import { login } from './login.ts'

let laku: TestLaku
let folder: string
let configHome: string | undefined
beforeAll(async () => {
  const own = await openTestLaku()
  await enrolAdmin(own)
  folder = mkdtempSync(join(tmpdir(), 'laku-auth-'))
  configHome = process.env.XDG_CONFIG_HOME
  process.env.XDG_CONFIG_HOME = folder
  laku = Object.create(own, { config: { value: { ...own.config, dataDir: folder } } })
})
afterAll(async () => {
  if (configHome === undefined) delete process.env.XDG_CONFIG_HOME
  else process.env.XDG_CONFIG_HOME = configHome
  rmSync(folder, { recursive: true, force: true })
  await laku?.close()
})

const silent = { stdout: { write: () => true }, stderr: { write: () => true } }

async function logIn(token: string): Promise<void> {
  const prompts = { text: async () => '', secret: async () => token, choose: async () => '' }
  await login.execute(new CommandContext({}, { laku, prompts, streams: silent }), {})
}

describe('laku auth', () => {
  it('adds staff, whose token is kept for them alone, until it is forgotten', async () => {
    const added = await askLaku<{ id: string; token: string }>(laku, [
      ...['auth', 'staff', 'add', 'wulan', '--role', 'support', '--days', '2'],
    ])
    await expect(logIn('lkst_wrong')).rejects.toMatchObject({ exitCode: 4 })
    await logIn(`${added.token}\n`)
    expect(statSync(join(folder, 'laku', 'credentials.json')).mode & 0o777).toBe(0o600)
    const actor = await identify(laku)
    expect(actor).toMatchObject({ id: added.id, name: 'wulan', role: 'support' })
    expect(await askLaku(laku, ['auth', 'whoami'], actor)).toMatchObject({ name: 'wulan' })
    expect(await askLaku(laku, ['auth', 'logout'])).toMatchObject({ forgotten: true })
    await expect(identify(laku)).rejects.toMatchObject({ exitCode: 4 })
    expect((await runLaku(laku, ['auth', 'login', '--yes'])).exitCode).toBe(2)
  })

  it('issue 13, tried 1: lets an administrator in for the owner of the database, and that one nobody else vouches for', async () => {
    vi.stubEnv('LAKU_ENCRYPTION_KEY', testEncryptionKey)
    // Adds an administrator. The database is named, because otherwise the embedded server of the working
    // folder would be started.
    const letIn = (name: string, url: string) =>
      runLaku(laku, ['db', 'migrate', '--admin', name, '--json', '--database-url', url])
    const byOwner = await letIn('sari', laku.urls.owner)
    await logIn(JSON.parse(byOwner.stdout).admin.token)
    // A name that is taken gets no token, and the application's connection cannot add an administrator.
    const again = await letIn('sari', laku.urls.owner)
    expect(again).toMatchObject({ exitCode: 5 })
    const byApplication = await letIn('eve', laku.urls.app)
    expect(byApplication).toMatchObject({ exitCode: 2 })
    expect(`${again.stdout}${byApplication.stdout}`).not.toContain('lkst_')
    expect(byApplication.stdout).toContain('laku_app does not own')
    vi.unstubAllEnvs()
    expect(await identify(laku)).toMatchObject({ name: 'sari', role: 'admin' })
    const { data } = await askLaku<{ data: object[] }>(laku, ['auth', 'staff', 'list'])
    expect(data).toContainEqual(expect.objectContaining({ name: 'sari', vouched_by: null }))
  })

  it('does not wait without end for a lock of the application: db migrate says who holds it', async () => {
    vi.stubEnv('LAKU_ENCRYPTION_KEY', testEncryptionKey)
    const url = new URL(laku.urls.owner)
    url.searchParams.set('lock_timeout', '300')
    const migrate = () => runLaku(laku, ['db', 'migrate', '--database-url', url.toString()])
    // The lock by which one process migrates at a time, and the rows of the queues, which a migration
    // updates.
    for (const hold of [
      'select pg_advisory_lock(3853314791062309107)',
      'begin; select from pgboss.queue for update',
    ]) {
      const holder = await laku.pool.connect()
      const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid')
      await holder.query(hold)
      try {
        const refused = await migrate()
        expect(refused).toMatchObject({ exitCode: 6 })
        expect(refused.stderr).toContain(`process ${rows[0]?.pid} (laku_app, `)
      } finally {
        await holder.query('rollback; select pg_advisory_unlock_all()')
        holder.release()
      }
    }
    expect(await migrate()).toMatchObject({ exitCode: 0 })
    vi.unstubAllEnvs()
  })

  it('revokes staff: their token is refused at once, and nobody revokes themselves', async () => {
    const words = ['auth', 'staff', 'add', 'rudi', '--role', 'finance']
    const { id, token } = await askLaku<{ id: string; token: string }>(laku, words)
    await logIn(token)
    expect((await runLaku(laku, words)).exitCode).toBe(5)
    const rudi: Actor = someone({ id, name: 'rudi', role: 'finance' })
    const revoke = ['auth', 'staff', 'revoke', 'rudi', '--reason', 'left']
    expect((await runLaku(laku, revoke, rudi)).exitCode).toBe(4)
    expect((await runLaku(laku, ['auth', 'staff', 'revoke', 'ana', '--reason', 'left'])).exitCode).toBe(5)
    expect(await askLaku(laku, revoke)).toMatchObject({ status: 'suspended', tokens: 1 })
    await expect(identify(laku)).rejects.toMatchObject({ exitCode: 4 })
    const { data } = await askLaku<{ data: object[] }>(laku, ['auth', 'staff', 'list'])
    expect(data).toContainEqual(expect.objectContaining({ name: 'rudi', status: 'suspended', tokens: 0 }))
    const audit = await laku.db.selectFrom('auditLog').selectAll().where('subjectId', '=', id).execute()
    expect(audit.at(-1)).toMatchObject({ command: 'auth staff revoke', reason: 'left', actorName: 'ana' })
  })

  it('leaves the last administrator a token, and one of two who suspend each other', async () => {
    const [first, second] = [await hire(laku, 'admin'), await hire(laku, 'admin')]
    const of = ({ name }: { name: string }, ...more: string[]) => [
      'auth',
      'staff',
      'revoke',
      name,
      '--reason',
      'a test',
      ...more,
    ]
    // The other administrators of this file lose their tokens, so that one administrator is the last.
    const owner = laku.ownerUrl
    await query(owner, 'create table kept_tokens as select id from staff_tokens where revoked_at is null')
    await query(
      owner,
      `update staff_tokens set revoked_at = now() where revoked_at is null
      and staff_id not in ('${first.id}', '${second.id}')`,
    )
    const both = await Promise.all([runLaku(laku, of(first), second), runLaku(laku, of(second), first)])
    expect(both.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 4])
    const last = both[0]?.exitCode === 0 ? second : first
    const alone = await runLaku(laku, [...of(last, '--tokens-only'), '--json'], last)
    expect([alone.exitCode, JSON.parse(alone.stdout).error.code]).toEqual([5, 'auth.last_administrator'])
    await query(owner, 'update staff_tokens set revoked_at = null where id in (select id from kept_tokens)')
    await query(owner, 'drop table kept_tokens')
    expect((await runLaku(laku, of(last, '--tokens-only'), last)).exitCode).toBe(0)
  })

  it('says in words what a wrong number of days is', async () => {
    for (const days of ['-1', '0', '367', '1.5', 'x', '99999']) {
      const { exitCode, stderr } = await runLaku(laku, ['auth', 'staff', 'renew', 'ana', '--days', days])
      expect([exitCode, stderr]).toEqual([
        2,
        `laku: days is "${days}": it takes a number of days, 1 to 366\n`,
      ])
    }
  })

  it('ends the log-ins of a customer', async () => {
    const [userId, now] = [newId(), laku.clock.now()]
    const at = { createdAt: now, updatedAt: now }
    await laku.db
      .insertInto('users')
      .values({ id: userId, phone: '+628129990001', name: 'Ibu', ...at })
      .execute()
    const row = { id: newId(), userId, tokenHash: 'h', rotatedAt: now, createdAt: now, expiresAt: now }
    await laku.db.insertInto('authSessions').values(row).execute()
    const words = ['auth', 'revoke-sessions', '+628129990001', '--reason', 'stolen']
    expect(await askLaku(laku, words)).toEqual({ user_id: userId, count: 1 })
    expect(await askLaku(laku, words)).toEqual({ user_id: userId, count: 0 })
  })
})

it('a severe change in production says on which database', async () => {
  const production = Object.create(laku, { config: { value: { ...laku.config, env: 'production' } } })
  const said: string[] = []
  const streams = { ...silent, stderr: { write: (text: string) => said.push(text) } }
  const context = new CommandContext({}, { laku: production, actor: admin, streams })
  await confirmSevere(context, { code: 'GBS-1', consequence: 'cancels the session' }, 'GBS-1')
  expect(said.join('')).toMatch(/^PRODUCTION, postgres(ql)?:\/\/.*: this cancels the session\.\n$/)
})
