import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ask } from '../../src/cli/define/asking.ts'
import { allCommands, type Leaf } from '../../src/commands/tree.ts'
import { staffRoles } from '../../src/domain/kernel/actor.ts'
import { commandRoles } from '../../src/runtime/who-may.ts'
import { runLaku } from '../command-line.ts'
import { type DigestReader, openDigest } from '../digest.ts'
import { admin, someone, type TestLaku } from '../laku.ts'
import { CommandScenes } from './command-scenes.ts'
import { fixtures } from './command-world.ts'

// Every command in the tree that changes something is tested here.
const leaves = (await allCommands()).filter(({ definition }) =>
  definition.options.some(
    (option) => option.flags === '--dry-run' && option.description.includes('save nothing'),
  ),
)
const named = (leaf: Leaf) => leaf.path.join(' ')
const definitionOf = (name: string) => leaves.find((leaf) => named(leaf) === name)?.definition
const REASON = 'the contract says so'

let scenes: CommandScenes
let tables: DigestReader
beforeAll(async () => {
  scenes = await CommandScenes.open()
  tables = await openDigest(scenes.laku.ownerUrl)
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

/**
 * The roles of these commands depend on their object: a switch is turned by the staff whose work it stops,
 * and a factor belongs to the holder of the token.
 */
const byWhat = new Set(['switches pause', 'switches resume', 'auth factor enrol', 'auth factor confirm'])

/** Runs the command dry as each role. A role in the table is not refused, and every other role is. */
async function expectRoles(name: string, line: readonly string[]): Promise<void> {
  const roles = commandRoles.get(name)
  expect(roles, `give ${name} a row in src/runtime/who-may.ts`).toBeDefined()
  for (const role of staffRoles.filter((staffRole) => staffRole !== 'admin')) {
    const may = roles?.includes(role)
    // An agent needs an office, which these scenes do not give; another test covers agents.
    if (may && (role === 'agent' || byWhat.has(name))) continue
    const { exitCode, stdout } = await runLaku(
      withoutProviders(scenes.laku),
      line,
      someone({ role, name: `one-of-${role}` }),
    )
    expect([role, exitCode === 4 ? 'refused' : 'let'], stdout).toEqual([role, may ? 'let' : 'refused'])
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
      await expectRoles(name, [...line, '--dry-run'])
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
