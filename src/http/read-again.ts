import { type StoredAnswer, toWire, type Work, wholeAnswer } from '../domain/kernel/index.ts'

/** The ids in a stored answer. By them, the object that the answer describes is read again. */
type Kept = { id: string; order: { id: string } }

/**
 * Returns a function that answers a repeated request from its stored answer. The stored answer lacks names
 * and addresses, so `read` finds them as they are now. Nothing is changed. If the data was deleted, the
 * answer is a not-found error.
 */
export const readAgain =
  (read: (work: Work, kept: Kept) => Promise<unknown>) =>
  async (work: Work, { status, body }: StoredAnswer): Promise<StoredAnswer> => ({
    status,
    body: wholeAnswer(body, toWire(await read(work, body as Kept))),
  })
