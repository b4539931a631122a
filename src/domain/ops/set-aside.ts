import { type RawBuilder, sql } from 'kysely'
import type { Actor } from '../kernel/actor.ts'
import { DomainError } from '../kernel/errors.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { AttentionItem, Work } from '../kernel/work.ts'

/**
 * Calls `act` once for a batch of items. If that call throws, `act` is called for each item alone. If the
 * call for an item alone throws, `setAside` is called for that item. `act` must change everything or nothing
 * (a transaction). A repeated call of `act` must not change anything a second time.
 */
export async function allOrEach<T>(
  items: readonly T[],
  act: (items: readonly T[]) => Promise<void>,
  setAside: (item: T, error: unknown) => Promise<void>,
): Promise<void> {
  if (items.length === 0) return
  try {
    return await act(items)
  } catch (error) {
    const [only] = items
    if (items.length === 1 && only !== undefined) return await setAside(only, error)
  }
  for (const item of items) await allOrEach([item], act, setAside)
}

interface Context {
  unitOfWork: UnitOfWork
  actor: Actor
}

/**
 * A function that postpones an item whose processing threw, so that the next batch does not begin with it.
 * Returns the text of the attention item for staff.
 */
export type PutOff<T> = (work: Work, item: T) => Promise<Omit<AttentionItem, 'kind'>>

/**
 * After its processing threw, an item is left out of batches for this many minutes. If the item's own row
 * names a later time, batches leave it out until then.
 */
const ASIDE_MINUTES = 15

/**
 * Returns the attention item about an object whose processing threw. The object's row is not changed, because
 * a change of the row may throw again. Instead, the next batches leave out the object because of this
 * attention item (`isSetAside`).
 */
export const asideFor = (
  work: Work,
  item: { subject: [kind: string, id: string]; what: string; command: string },
): Omit<AttentionItem, 'kind'> => ({
  subject: item.subject,
  message: `${item.what}; laku tries again in ${ASIDE_MINUTES} minutes`,
  command: item.command,
  details: { until: new Date(work.now.getTime() + ASIDE_MINUTES * 60_000) },
})

/**
 * Returns an SQL condition that is true while an object is left out of batches because its processing threw
 * (`asideFor`). The object is processed again when the time in its attention item is over, or when somebody
 * resolves that item.
 */
export const isSetAside = (
  subjectId: RawBuilder<unknown>,
  now: Date,
): RawBuilder<boolean> => sql<boolean>`exists (
  select from attention a where a.kind = 'item_set_aside' and a.subject_id = ${subjectId}::text and a.resolved_at is null
    and (a.details ->> 'until')::timestamptz > ${now})`

/** Postpones an item whose processing threw, and raises an attention item with the error. */
export async function setAside<T>(
  { unitOfWork, actor }: Context,
  item: T,
  error: unknown,
  putOff: PutOff<T>,
): Promise<void> {
  await unitOfWork.run(actor, async (work) => {
    const told = await putOff(work, item)
    work.requestAttention({
      kind: 'item_set_aside',
      ...told,
      message: `${told.message}. Error: ${errorText(error)}`,
    })
  })
}

/**
 * Processes a batch of items in one transaction. If that throws, each item gets a transaction of its own, and
 * an item that throws again is postponed. Returns the results of the processed items.
 */
export async function inOneOrEach<T, R>(
  context: Context,
  items: readonly T[],
  act: (work: Work, items: readonly T[]) => Promise<readonly R[]>,
  putOff: PutOff<T>,
): Promise<R[]> {
  const done: R[] = []
  await allOrEach(
    items,
    async (some) => {
      done.push(...(await context.unitOfWork.run(context.actor, (work) => act(work, some))))
    },
    (item, error) => setAside(context, item, error, putOff),
  )
  return done
}

/**
 * Processes a batch of items in one transaction, for a regular job (a sweep). If that throws, each item gets
 * a transaction of its own. An item that throws again is left out for a while (`aside`). But if the database
 * was too busy or away, the item is not left out, and the next run of the job tries it again.
 */
export async function sweepInOneOrEach<T>(
  context: Context,
  items: readonly T[],
  act: (work: Work, items: readonly T[]) => Promise<unknown>,
  aside: PutOff<T>,
): Promise<void> {
  await allOrEach(
    items,
    async (some) => void (await context.unitOfWork.run(context.actor, (work) => act(work, some))),
    async (item, error) => {
      if (!isPassing(error)) await setAside(context, item, error, aside)
    },
  )
}

/** Returns true if the database was too busy or away, so that the item itself is not at fault. */
export const isPassing = (error: unknown): boolean =>
  error instanceof DomainError && ['kernel.busy', 'kernel.database_unavailable'].includes(error.code)

/** Returns the text of an error for the person who looks after the item whose processing threw. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
