import { type StoredAnswer, toWire, type Work, wholeAnswer } from '../domain/kernel/index.ts'

/** The ids in a stored answer, by which the object that it describes is read again. */
type Kept = { id: string; order: { id: string } }

/**
 * Returns a route's `again` function, which answers a repeated request. It completes the stored answer with
 * the names and addresses that `read` finds now, and makes no change. Deleted data gives a not-found error.
 */
export const readAgain =
  (read: (work: Work, kept: Kept) => Promise<unknown>) =>
  async (work: Work, { status, body }: StoredAnswer): Promise<StoredAnswer> => ({
    status,
    body: wholeAnswer(body, toWire(await read(work, body as Kept))),
  })
