import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ask } from '../../src/cli/define/asking.ts'
import { allCommands, type Leaf } from '../../src/commands/tree.ts'
import { type Actor, type StaffRole, staffRoles } from '../../src/domain/kernel/actor.ts'
import { commandRoles } from '../../src/runtime/who-may.ts'
import { askLaku, runLaku } from '../command-line.ts'
import { type DigestReader, openDigest } from '../digest.ts'
import { admin, type TestLaku } from '../laku.ts'
import { codeNow, hire } from '../staff.ts'
import { CommandScenes } from './command-scenes.ts'
import { fixtures, ofTheirs, wordsToRead } from './command-world.ts'

type Member = Extract<Actor, { kind: 'staff' }>

const all = await allCommands()
// Every command in the tree that changes something is tested here.
const leaves = all.filter(({ definition }) =>
  definition.options.some(
    (option) => option.flags === '--dry-run' && option.description.includes('save nothing'),
  ),
)
const named = (leaf: Leaf) => leaf.path.join(' ')
const definitionOf = (name: string) => leaves.find((leaf) => named(leaf) === name)?.definition
const REASON = 'the contract says so'

let scenes: CommandScenes
let tables: DigestReader
/** Somebody of each role, with their own token. */
const people = {} as Record<StaffRole, Member>
beforeAll(async () => {
  scenes = await CommandScenes.open()
  tables = await openDigest(scenes.laku.ownerUrl)
  for (const role of staffRoles) people[role] = await hire(scenes.laku, role)
})
afterAll(async () => {
  await tables?.close()
  await scenes?.close()
})

interface Posted {
  kind: string
  entries: { account: string; amount_idr: number }[]
}

/** Returns the postings without ids, which differ in each run. */
const moved = (postings: readonly Posted[]) =>
  postings
    .flatMap(({ kind, entries }) =>
      entries.map((entry) => `${kind} ${entry.account.replace(/:.*/, '')} ${entry.amount_idr}`),
    )
    .sort()

async function auditSince(id: string) {
  return await scenes.laku.db.selectFrom('auditLog').selectAll().where('id', '>', id).orderBy('id').execute()
}

async function newest(): Promise<{ audit: string; entry: number }> {
  const { rows } = await sql<{ audit: string; entry: number }>`
    select coalesce((select id from audit_log order by id desc limit 1)::text, '00000000-0000-0000-0000-000000000000') as audit,
      coalesce((select max(seq) from ledger_entries), 0)::int8 as entry`.execute(scenes.laku.db)
  return rows[0] as { audit: string; entry: number }
}

async function postedSince(seq: number): Promise<Posted[]> {
  const { rows } = await sql<Posted>`
    select t.kind, jsonb_agg(jsonb_build_object('account', a.key, 'amount_idr', e.amount_idr)) as entries
    from ledger_entries e join ledger_transactions t on t.id = e.transaction_id join ledger_accounts a on a.id = e.account_id
    where e.seq > ${seq} group by t.id`.execute(scenes.laku.db)
  // The keys inside jsonb are unchanged.
  return rows.map(({ kind, entries }) => ({ kind, entries }))
}

/** Returns a laku whose dry runs fail if they use a provider. */
const withoutProviders = (laku: TestLaku): TestLaku =>
  Object.create(laku, {
    providers: {
      get: () => {
        throw new Error('a dry run asked for a provider')
      },
    },
  })

/** A switch that each role may turn: that of the work which this role does. */
const ownSwitch: Partial<Record<StaffRole, string>> = { warehouse: 'biteship', finance: 'payouts' }

/**
 * Returns the words of a command as a role would give them. They differ where a command is about the work or
 * the person of its actor.
 */
async function wordsOf(name: string, words: readonly string[], actor: Member): Promise<readonly string[]> {
  if (/^switches (pause|resume)$/.test(name)) return [ownSwitch[actor.role] ?? words[0] ?? '']
  if (name === 'commands stop') return [await scenes.running(actor)]
  if (name === 'attention resolve') return [await scenes.attention(ofTheirs(actor))]
  if (name !== 'auth factor confirm') return words
  const { secret } = await askLaku<{ secret: string }>(scenes.laku, ['auth', 'factor', 'enrol'], actor)
  return [codeNow(secret)]
}

/**
 * Runs the command dry as each role. A role in the table is let do it to its end, and every other role is
 * refused.
 */
async function expectRoles(name: string, words: readonly string[]): Promise<void> {
  const roles = commandRoles.get(name)
  expect(roles, `give ${name} a row in src/runtime/who-may.ts`).toBeDefined()
  for (const role of staffRoles.filter((staffRole) => staffRole !== 'admin')) {
    const may = roles?.includes(role)
    const actor = name.startsWith('auth factor ') ? await scenes.newcomer(role) : people[role]
    if (role === 'agent') await scenes.giveTo(actor, words[0])
    const own = may ? await wordsOf(name, words, actor) : words
    const { exitCode, stdout } = await runLaku(
      withoutProviders(scenes.laku),
      [...name.split(' '), ...own, '--reason', REASON, '--json', '--dry-run'],
      actor,
    )
    expect([role, exitCode], stdout).toEqual([role, may ? 0 : 4])
  }
}

describe('every command that changes something', () => {
  it('has a fixture, and no fixture is left of a command that is gone', () => {
    const missing = leaves.map(named).filter((name) => !fixtures[name])
    expect(missing, 'add a fixture for each of these to test/contract/command-world.ts').toEqual([])
    expect(Object.keys(fixtures).filter((name) => !leaves.some((leaf) => named(leaf) === name))).toEqual([])
  })

  it.each(leaves.map(named).filter((name) => fixtures[name]))(
    '%s: runs dry without a trace, then for real as it said, with its audit row',
    async (name) => {
      const words = (await fixtures[name]?.(scenes)) ?? []
      const line = [...name.split(' '), ...words, '--reason', REASON, '--json']
      const before = await tables.read()
      const dry = await runLaku(withoutProviders(scenes.laku), [...line, '--dry-run'])
      expect(dry.exitCode, dry.stdout + dry.stderr).toBe(0)
      const said = JSON.parse(dry.stdout) as { dry_run: boolean; postings: Posted[]; asks?: Ask[] }
      expect(said.dry_run).toBe(true)
      expect(await tables.read()).toEqual(before)
      await expectRoles(name, words)
      const since = await newest()
      const real = await runLaku(scenes.laku, line)
      expect(real.exitCode, real.stdout + real.stderr).toBe(0)
      JSON.parse(real.stdout)
      const rows = await auditSince(since.audit)
      // A batch writes the audit rows of the changes that it makes.
      const own = rows.filter((row) => row.command === name || definitionOf(name)?.kind === 'batch')
      expect(
        own.length,
        `audit rows: ${rows.map((row) => row.command).join(', ') || 'none'}`,
      ).toBeGreaterThan(0)
      for (const row of own) {
        expect(row).toMatchObject({
          actorKind: 'staff',
          actorId: (admin as { id: string }).id,
          reason: REASON,
        })
        expect(row.before ?? row.after, 'the audit row says neither before nor after').toBeTruthy()
      }
      const posted = moved(await postedSince(since.entry))
      if (!said.asks) return expect(posted).toEqual(moved(said.postings))
      // The effect of a provider's answer is not known before the answer, but the question is.
      expect(posted).toEqual(expect.arrayContaining(moved(said.postings)))
      expect(said.asks.length).toBeGreaterThan(0)
      for (const ask of said.asks)
        expect(ask).toEqual({ provider: expect.any(String), what: expect.any(String) })
    },
  )
})

/** The commands that only read, which follow the changes above: so their objects exist. */
const reads = all.filter(({ path, definition }) => definition.reads && commandRoles.has(path.join(' ')))

describe('every command that only reads', () => {
  it.each(reads.map(named))('%s: answers its roles, and no other', async (name) => {
    for (const role of staffRoles) {
      const may = role === 'admin' || commandRoles.get(name)?.includes(role)
      const actor = people[role]
      const words = await wordsToRead(scenes, name, actor)
      if (role === 'agent') await scenes.giveTo(actor, words[0])
      const { exitCode, stdout } = await runLaku(scenes.laku, [...name.split(' '), ...words, '--json'], actor)
      // A check may find something (8), like a difference to the provider's list.
      expect([role, exitCode === 8 ? 0 : exitCode], stdout).toEqual([role, may ? 0 : 4])
      // An answer without a row would not show that the role may read one. No schedules run in these scenes.
      if (may && name !== 'jobs schedules') expect(JSON.parse(stdout), stdout).not.toMatchObject({ data: [] })
    }
  })
})
