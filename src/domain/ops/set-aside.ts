import type { Actor } from '../kernel/actor.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import type { AttentionItem, Work } from '../kernel/work.ts'

/**
 * Processes a batch at once. If the batch throws, each item is processed by itself: items that throw are set
 * aside, and the others are done. `act` must be all or nothing (a transaction), and must change nothing when
 * it is repeated.
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
  units: UnitOfWork
  actor: Actor
}

/**
 * A function that postpones an item, so that it does not come first again, and returns the text of the
 * attention item for a person.
 */
export type PutOff<T> = (work: Work, item: T) => Promise<Omit<AttentionItem, 'kind'>>

/** Postpones an item that threw, and raises an attention item with the error. */
export async function setAside<T>(
  { units, actor }: Context,
  item: T,
  error: unknown,
  putOff: PutOff<T>,
): Promise<void> {
  await units.run(actor, async (work) => {
    const told = await putOff(work, item)
    work.requestAttention({
      kind: 'item_set_aside',
      ...told,
      message: `${told.message}: ${errorText(error)}`,
    })
  })
}

/**
 * Processes a batch in one transaction, or, if the batch throws, each item in a transaction of its own.
 * Returns the results; an item that throws by itself is set aside.
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
      done.push(...(await context.units.run(context.actor, (work) => act(work, some))))
    },
    (item, error) => setAside(context, item, error, putOff),
  )
  return done
}

/** Returns the text of an error, for the person who looks after the item that was set aside. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
