import { type StoredAnswer, toWire, type Work, wholeAnswer } from '../domain/kernel/index.ts'

/** The ids in a stored answer by which its object is read again. */
type Kept = { id: string; order: { id: string } }

/**
 * Returns the `again` function of a route. It builds the stored answer anew, with names and addresses as
 * `read` finds them now. Deleted data gives a not-found error, and no change is made a second time.
 */
export const readAgain =
  (read: (work: Work, kept: Kept) => Promise<unknown>) =>
  async (work: Work, { status, body }: StoredAnswer): Promise<StoredAnswer> => ({
    status,
    body: wholeAnswer(body, toWire(await read(work, body as Kept))),
  })
