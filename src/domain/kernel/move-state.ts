import { type RawBuilder, sql, type Updateable } from 'kysely'
import { kernelErrors } from './kernel-errors.ts'
import { asRecords } from './rows.ts'
import type { DB } from './schema.ts'
import { type Machine, statesBefore, statesOf } from './transitions.ts'
import type { Tx, Work } from './work.ts'

/** The columns that a move to another state also sets, named as in `insertRows`; each value may be SQL. */
type Assignments<T extends keyof DB> = {
  readonly [C in keyof Updateable<DB[T]>]?: Updateable<DB[T]>[C] | RawBuilder<unknown>
}

/**
 * The move of rows to another state. The rows to move are given by `ids`, by `rows`, or by a `where` alone.
 * In the move's SQL, `t` is the table row that moves, and `r` is its element of `rows`.
 */
export interface Move<S extends string, T extends keyof DB, R> {
  /**
   * The new state of all rows, or SQL that returns the new state of each row. It is absent if each of `rows`
   * contains its own new state.
   */
  to?: S | RawBuilder<S>
  ids?: readonly string[]
  /**
   * The rows to move, all with the same fields. All fields besides `id` are written, except those that `set`
   * assigns.
   */
  rows?: readonly ({ readonly id: string } & Updateable<DB[T]>)[]
  /** The states from which this move may start, if they are fewer than the state machine allows. */
  from?: S | readonly S[]
  /**
   * True if rows that already have the new state are written too, and keep that state. It is for objects that
   * are processed again.
   */
  stays?: boolean
  set?: Assignments<T>
  /** The common table expressions of the move's SQL statement, without the word `with`. */
  with?: RawBuilder<unknown>
  /** Additional tables in the `from` list of the move's SQL statement. */
  using?: RawBuilder<unknown>
  /** Additional conditions in the `where` of the move's SQL statement. */
  where?: RawBuilder<unknown>
  returning?: RawBuilder<R>
}

/**
 * Moves rows to another state in one SQL statement. A row whose present state does not allow the move stays
 * unchanged. Returns the `returning` values of the moved rows, or their ids. With `all`, every given row must
 * move.
 * @throws kernel.illegal_transition with `all`, and names what would have been legal
 */
export async function moveState<S extends string, T extends keyof DB, R = { id: string }>(
  work: Pick<Work, 'tx'>,
  machine: Machine<S, T>,
  move: Move<S, T, R> & { all?: boolean },
): Promise<R[]> {
  const named = move.rows?.map((row) => row.id) ?? move.ids
  if (named?.length === 0) return []
  const { rows } = await moveStatement(machine, move).execute(work.tx)
  if (move.all && rows.length < new Set(named).size) await refuse(work.tx, machine, move, named ?? [])
  return rows
}

/** Returns the SQL statement that `moveState` executes, for use within a larger statement. */
export function moveStatement<S extends string, T extends keyof DB, R = { id: string }>(
  machine: Machine<S, T>,
  move: Move<S, T, R>,
): RawBuilder<R> {
  const { rows, ids } = move
  const table = sql.table(machine.table)
  const items: RawBuilder<unknown>[] = []
  const wheres: RawBuilder<unknown>[] = []
  if (rows) {
    items.push(sql`jsonb_populate_recordset(null::${table}, ${asRecords(rows)}::jsonb) r`)
    wheres.push(sql`t.id = r.id`)
  }
  if (ids) wheres.push(sql`t.id = any(${ids}::uuid[])`)
  if (move.using) items.push(move.using)
  wheres.push(isLegal(machine, move))
  if (move.where) wheres.push(move.where)
  return sql<R>`${move.with ? sql`with ${move.with} ` : sql``}update ${table} t
    set ${sql.join(assignmentsOf(machine, move))}
    ${items.length > 0 ? sql`from ${sql.join(items)}` : sql``}
    where ${sql.join(wheres, sql` and `)}
    returning ${move.returning ?? sql`t.id`}`
}

/**
 * Returns an SQL expression for the state of an existing row, for `insert … on conflict do update set`. The
 * new state is `to` if `condition` holds and the state machine allows that move; otherwise the row keeps its
 * state.
 */
export function stateIf<S extends string, T extends keyof DB>(
  { table, column, transitions }: Machine<S, T>,
  to: S,
  condition: RawBuilder<unknown>,
): RawBuilder<S> {
  const state = sql`${sql.table(table)}.${sql.ref(column)}`
  const before = sql.join(statesBefore(transitions, to).map((state) => sql.lit(state)))
  return sql<S>`case when ${condition} and ${state} in (${before}) then ${sql.lit(to)} else ${state} end`
}

function assignmentsOf<S extends string, T extends keyof DB, R>(
  { column }: Machine<S, T>,
  { to, rows, set = {} }: Move<S, T, R>,
): RawBuilder<unknown>[] {
  const target = to === undefined ? sql`r.${sql.ref(column)}` : typeof to === 'string' ? sql.lit(to) : to
  const given = Object.keys(rows?.[0] ?? {}).filter((key) => key !== 'id' && key !== column && !(key in set))
  return [
    sql`${sql.ref(column)} = ${target}`,
    ...given.map((key) => sql`${sql.ref(key)} = r.${sql.ref(key)}`),
    ...Object.entries(set).flatMap(([key, value]) =>
      value === undefined ? [] : [sql`${sql.ref(key)} = ${value}`],
    ),
  ]
}

// The states are literals in the SQL statement, so that the planner can use partial indexes on the rows of
// one state.
function isLegal<S extends string, T extends keyof DB, R>(
  machine: Machine<S, T>,
  move: Move<S, T, R>,
): RawBuilder<unknown> {
  const { to, rows } = move
  const state = sql`t.${sql.ref(machine.column)}`
  const among = (states: readonly S[]) =>
    states.length === 0 ? sql`false` : sql`${state} in (${sql.join(states.map((state) => sql.lit(state)))})`
  if (typeof to === 'string') return among(statesFrom(machine, move, to))
  const targets =
    to === undefined
      ? ([...new Set(rows?.map((row) => (row as Record<string, unknown>)[machine.column]))].sort() as S[])
      : statesOf(machine.transitions)
  const target = to ?? sql`r.${sql.ref(machine.column)}`
  const cases = targets.map(
    (target) => sql`when ${sql.lit(target)} then ${among(statesFrom(machine, move, target))}`,
  )
  return sql`case ${target} ${sql.join(cases, sql` `)} else false end`
}

function statesFrom<S extends string, T extends keyof DB, R>(
  { name, transitions }: Machine<S, T>,
  { from, stays, to: whole }: Move<S, T, R>,
  to: S,
): S[] {
  const legal = statesBefore(transitions, to)
  if (stays && !legal.includes(to)) legal.push(to)
  if (from === undefined) return legal
  const some: readonly S[] = typeof from === 'string' ? [from] : from
  const illegal = whole === to ? some.find((state) => !legal.includes(state)) : undefined
  if (illegal) throw new Error(`no machine lets a ${name} move from ${illegal} to ${to}`)
  return legal.filter((state) => some.includes(state))
}

async function refuse<S extends string, T extends keyof DB, R>(
  tx: Tx,
  { name, table, column, transitions }: Machine<S, T>,
  { to, rows }: Move<S, T, R>,
  named: readonly string[],
): Promise<never> {
  const { rows: now } = await sql<{ id: string; state: S }>`
    select id, ${sql.ref(column)} as state from ${sql.table(table)} where id = any(${named}::uuid[])`.execute(
    tx,
  )
  const states = new Map(now.map((row) => [row.id, row.state]))
  const targetOf = (id: string) =>
    typeof to === 'string'
      ? to
      : (rows?.find((row) => row.id === id) as Record<string, unknown> | undefined)?.[column]
  // Here, some rows may have moved already. The error must name a row that did not move. The error ends the
  // transaction, so all moves are undone.
  const id = named.find((text) => states.get(text) !== targetOf(text)) ?? named[0]
  const from = states.get(id as string)
  throw kernelErrors.illegal_transition({
    subject: name,
    id,
    from,
    to: targetOf(id as string),
    allowed: from && transitions[from],
  })
}
