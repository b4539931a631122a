import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findMachines } from '../../scripts/machines.ts'
import { allCommands } from '../../src/commands/tree.ts'
import { type LimitedKind, limitedKinds } from '../../src/domain/ops/index.ts'
import { runLaku } from '../command-line.ts'
import { query } from '../global-setup.ts'
import { CommandScenes } from './command-scenes.ts'
import { type Exit, exits } from './exits.ts'

const machines = await findMachines(process.cwd())
const verbs = new Set((await allCommands()).map(({ path }) => path.join(' ')))
const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, object> }
const isRoute = (verb: string) => {
  const [method = '', path = ''] = verb.split(' ')
  return method.toLowerCase() in (paths[path] ?? {})
}

const ways = machines.flatMap((machine) =>
  Object.entries(exits[machine.name] ?? {}).flatMap(([state, exit]) =>
    'verb' in exit ? [{ machine, state, exit, name: machine.name, verb: exit.verb }] : [],
  ),
)

let scenes: CommandScenes
beforeAll(async () => {
  scenes = await CommandScenes.open()
  // The tests put rows into states by SQL, and back. This guard wants a count of each decision that is taken
  // back.
  await query(scenes.laku.ownerUrl, 'alter table suspense_items disable trigger suspense_undo_counted')
})
afterAll(() => scenes?.close())

type Row = Record<string, unknown>

async function read(relation: string, named: string): Promise<Row> {
  const { rows } = await sql<{ row: Row }>`
    select to_jsonb(t) as row from ${sql.table(relation)} t
    where to_jsonb(t) ->> 'id' = ${named} or to_jsonb(t) ->> 'code' = ${named}`.execute(scenes.laku.db)
  return rows[0]?.row as Row
}

/** The other columns that a final state requires. */
const along: Record<string, string> = {
  'users deleted': ', deleted_at = now()',
  group_buying_sessions: ', starts_at = now()',
  'suspense_items open': ', decided_at = null',
  suspense_items: ', decided_at = now()',
  'pickup_tasks completed': ", photo_url = 'x', signed_by = 'x', signature_url = 'x'",
  'factory_bank_accounts approved': ", approved_by = 'x', usable_from = now()",
  'order_returns accepted': ', refund_idr = 1, decided_at = now()',
  'order_returns refused': ', decided_at = now()',
}

/**
 * Puts a row into a state by SQL. If the state gives money away, the database requires a count of the
 * decision, so it is counted meanwhile.
 */
async function place(relation: string, column: string, id: unknown, state: string): Promise<boolean> {
  const more = sql.raw(along[`${relation} ${state}`] ?? along[relation] ?? '')
  const kinds = countedAs[relation] ?? []
  for (const kind of kinds) {
    await sql`
      insert into limit_uses (id, budget, kind, person, receiver, amount_idr, day_limit_idr, week_limit_idr, subject_kind, subject_id, used_at)
      values (gen_random_uuid(), ${limitedKinds[kind]}, ${kind}, 'a test', 'nobody', 1, 9e15, 9e15, 'a test', ${id}, now())
      on conflict (subject_id, kind) do update set undone_at = null`.execute(scenes.laku.db)
  }
  const set = sql`update ${sql.table(relation)} set ${sql.ref(column)} = ${state} ${more} where id = ${id}`
  const isPlaced = await set.execute(scenes.laku.db).then(
    () => true,
    (error: { code?: string; constraint?: string }) => {
      if (!heldBy.includes(error.constraint ?? '')) throw error
      return false
    },
  )
  await sql`update limit_uses set undone_at = now() where subject_id = ${id} and person = 'a test'`.execute(
    scenes.laku.db,
  )
  return isPlaced
}

/** The guards because of which no row can get into such a state by SQL. */
const heldBy = ['settlement_approved_as_calculated']

/** By table, the kinds of decisions as which its rows count against the limits. */
const countedAs: Record<string, readonly LimitedKind[]> = {
  order_returns: ['return'],
  quarantined_money: ['quarantine'],
  suspense_items: ['suspense'],
  wallet_adjustments: ['goodwill'],
  refunds: ['refund'],
  settlements: ['settlement'],
  withdrawals: ['withdrawal'],
}

async function restore(relation: string, row: Row): Promise<void> {
  const columns = sql.join(Object.keys(row).map((text) => sql.ref(text)))
  await sql`
    update ${sql.table(relation)} t set (${columns}) = (
      select ${columns} from jsonb_populate_record(null::${sql.table(relation)}, ${JSON.stringify(row)}::jsonb))
    where t.id = ${row.id}`.execute(scenes.laku.db)
}

it('every state that is no end has a way out by a person, or says why it rests', () => {
  for (const { name, table } of machines) {
    const open = Object.keys(table).filter((state) => table[state]?.length)
    expect([name, ...Object.keys(exits[name] ?? {})].sort()).toEqual([name, ...open].sort())
  }
  expect(Object.keys(exits).sort()).toEqual(machines.map(({ name }) => name).sort())
  const unknown = ways.filter(({ verb }) => !verbs.has(verb) && !isRoute(verb))
  expect(unknown.map(({ verb }) => verb)).toEqual([])
})

describe('a way out', () => {
  it.each(ways)('of a $name that is $state: $verb', async ({ machine, state, exit }) => {
    const { relation, column, table } = machine
    const thing = await exit.scene(scenes)
    const before = await read(relation, thing.row)
    expect(before?.[column]).toBe(state)
    await refusedElsewhere(exit, thing.words ?? [], before)
    if (exit.use) await exit.use(scenes, thing)
    else {
      const { exitCode, stdout } = await say(exit, thing.words ?? [])
      expect(exitCode, stdout).toBe(0)
    }
    const after = await read(relation, thing.row)
    expect(after[column]).not.toBe(state)
    expect(reached(table, state)).toContain(after[column])

    async function refusedElsewhere(
      { use, mayRepeat, repeats = [] }: Exit,
      words: readonly string[],
      was: Row,
    ) {
      if (use || mayRepeat) return
      for (const end of wrongFor(machine, state, exit)) {
        if (!(await place(relation, column, was.id, end))) continue
        const ended = await read(relation, thing.row)
        const { exitCode, stdout } = await say(exit, words)
        const answer = repeats.includes(end)
          ? [end, 0, expect.anything()]
          : [end, 5, expect.stringContaining('"error"')]
        expect([end, exitCode, stdout]).toEqual(answer)
        const left = await read(relation, thing.row)
        // A repeated verb may count its attempt.
        if (repeats.includes(end)) expect(left[column]).toBe(end)
        else expect(left).toEqual(ended)
        await restore(relation, was)
      }
      expect(await read(relation, thing.row)).toEqual(was)
    }
  })
})

const say = ({ verb }: Exit, words: readonly string[]) =>
  runLaku(scenes.laku, [...verb.split(' '), ...words, '--reason', 'the test says so', '--json'])

/**
 * Returns the states in which a verb must be refused: it is no exit of the state and leads to none of the
 * state's next states. All final states are among them.
 */
function wrongFor({ name, table }: (typeof machines)[number], state: string, { verb }: Exit): string[] {
  const next = new Set(table[state])
  return Object.keys(table).filter((text) => {
    const own = exits[name]?.[text]
    if (text === state || (own && 'verb' in own && own.verb === verb)) return false
    return table[text]?.length === 0 || !table[text]?.some((to) => next.has(to))
  })
}

/** One command may make several moves. */
function reached(table: Readonly<Record<string, readonly string[]>>, from: string): string[] {
  const all = new Set<string>(table[from])
  for (const state of all) for (const next of table[state] ?? []) all.add(next)
  return [...all]
}
