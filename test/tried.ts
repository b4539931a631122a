import { type RawBuilder, sql } from 'kysely'
import { expect } from 'vitest'
import type { Actor, Transitions, Work } from '../src/domain/kernel/index.ts'
import { admin, type TestLaku } from './laku.ts'
import { refusal } from './storefront.ts'

class Enough extends Error {}

export interface Trial<S> {
  /** Puts an object into a state. */
  set: (work: Work) => Promise<unknown>
  use: (work: Work) => Promise<unknown>
  /** Returns the object's state afterwards. */
  read: (work: Work) => Promise<S>
}

/**
 * Tries a use of an object in a transaction that is rolled back, without reactions. Returns the code of the
 * refusal, and the object's state afterwards.
 */
export async function tried<S>(
  laku: TestLaku,
  { set, use, read }: Trial<S>,
  actor: Actor = admin,
): Promise<{ code: string; status: S }> {
  let outcome: { code: string; status: S } | undefined
  await laku
    .as(actor, async (work) => {
      const watch = await unwatch(work)
      await set(work)
      await watch()
      await sql`savepoint before`.execute(work.tx)
      const code = await refusal(use(work))
      if (code !== 'ok') await sql`rollback to savepoint before`.execute(work.tx)
      outcome = { code, status: await read(work) }
      throw new Enough()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Enough)) throw error
    })
  if (!outcome) throw new Error('nothing came of it')
  return outcome
}

/**
 * Allows the test itself to change states although laku's changes are watched (watch-moves.ts), until the
 * returned function is called.
 */
async function unwatch({ tx }: Work): Promise<() => Promise<unknown>> {
  const to = (value: string) => sql`select set_config('laku.watch', ${value}, true)`.execute(tx)
  const { rows } = await sql<{
    was: string | null
  }>`select current_setting('laku.watch', true) as was`.execute(tx)
  await to('off')
  return () => to(rows[0]?.was ?? '')
}

/** Returns a function that reads the state of a row. */
export const stateIn =
  <S>(table: string, id: string) =>
  async ({ tx }: Work): Promise<S> => {
    const { rows } = await sql<{
      status: S
    }>`select status from ${sql.table(table)} where id = ${id}`.execute(tx)
    return rows[0]?.status as S
  }

interface Moves<S extends string> {
  machine: Transitions<S>
  /** The row whose state is changed. */
  table: string
  id: string
  /** Returns the other columns that belong to a state. */
  along?: (from: S) => RawBuilder<unknown>
  /** The uses of the object, each with the state to which it should lead. */
  uses: readonly (readonly [to: S, use: (work: Work) => Promise<unknown>])[]
  /** The code of the refusal of an illegal use. */
  refused?: string
  /** True if a use that leads to the present state is no change and is not refused. */
  mayStay?: boolean
  actor?: Actor
}

/** Tries every use from every state. Exactly the moves that the state machine allows must happen. */
export async function expectMoves<S extends string>(laku: TestLaku, moves: Moves<S>): Promise<void> {
  const {
    machine,
    table,
    id,
    along,
    uses,
    refused = 'kernel.illegal_transition',
    mayStay = false,
    actor,
  } = moves
  for (const from of Object.keys(machine) as S[]) {
    for (const [to, use] of uses) {
      const more = along ? sql`, ${along(from)}` : sql``
      const set = (work: Work) =>
        sql`update ${sql.table(table)} set status = ${from} ${more} where id = ${id}`.execute(work.tx)
      const outcome = await tried(laku, { set, use, read: stateIn<S>(table, id) }, actor)
      const legal = machine[from].includes(to) || (mayStay && from === to)
      expect({ from, to, ...outcome }).toEqual({
        from,
        to,
        code: legal ? 'ok' : refused,
        status: legal ? to : from,
      })
    }
  }
}
