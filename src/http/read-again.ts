import { type StoredAnswer, toWire, type Work, wholeAnswer } from '../domain/kernel/index.ts'

/** The part of a kept answer by which its thing is found again. */
type Kept = { id: string; order: { id: string } }

/**
 * Returns the `again` of a route. It gives the kept answer, with names and addresses as `read` finds them
 * now. Deleted data gives a not-found error, and no change is made a second time.
 */
export const readAgain =
  (read: (work: Work, kept: Kept) => Promise<unknown>) =>
  async (work: Work, { status, body }: StoredAnswer): Promise<StoredAnswer> => ({
    status,
    body: wholeAnswer(body, toWire(await read(work, body as Kept))),
  })
