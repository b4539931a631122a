import { sql } from 'kysely'
import type { Actor, Work } from '../src/domain/kernel/index.ts'
import { admin, type TestLaku } from './laku.ts'
import { refusal } from './storefront.ts'

class Enough extends Error {}

export interface Trial<S> {
  /** Puts a thing where it is found. */
  set: (work: Work) => Promise<unknown>
  use: (work: Work) => Promise<unknown>
  /** How the thing stands then. */
  read: (work: Work) => Promise<S>
}

/** Tries a use of a thing, and leaves nothing of it behind; nobody reacts. Answers what it was refused with, and how the thing stands then. */
export async function tried<S>(
  laku: TestLaku,
  { set, use, read }: Trial<S>,
  actor: Actor = admin,
): Promise<{ code: string; status: S }> {
  let outcome: { code: string; status: S } | undefined
  await laku
    .as(actor, async (work) => {
      await set(work)
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

/** The state of a row. */
export const stateIn =
  <S>(table: string, id: string) =>
  async ({ tx }: Work): Promise<S> => {
    const { rows } = await sql<{
      status: S
    }>`select status from ${sql.table(table)} where id = ${id}`.execute(tx)
    return rows[0]?.status as S
  }
