import { type StoredAnswer, toWire, type Work, wholeAnswer } from '../domain/kernel/index.ts'

/** The part of a kept answer by which its thing is found again. */
type Kept = { id: string; order: { id: string } }

/**
 * The `again` of a route: the answer that was kept, with names and addresses as `read` finds them now. What
 * is gone is not found, and nothing is done a second time.
 */
export const readAgain =
  (read: (work: Work, kept: Kept) => Promise<unknown>) =>
  async (work: Work, { status, body }: StoredAnswer): Promise<StoredAnswer> => ({
    status,
    body: wholeAnswer(body, toWire(await read(work, body as Kept))),
  })
