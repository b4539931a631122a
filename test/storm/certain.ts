import type { House } from './house.ts'

/**
 * The acts that every storm of enough waves must have done, with the acts that may be needed before them. An
 * act is refused while it finds nothing to act on, or while a limit of its clerk is used up.
 */
const before: { readonly [act: string]: readonly string[] } = {
  'contradict of a payout': ['bring to payment', 'send'],
  'contradict of a refund': ['bring to a refund', 'send'],
  'contradict of an invoice': ['buy and pay'],
  'send and sleep': ['bring to payment'],
  wake: ['bring to payment', 'send and sleep'],
  export: ['wake'],
  'hear the bank': ['export'],
  'take a batch back': ['export'],
  'approve in slices': [],
  'goodwill in slices': [],
  'withdraw in slices': [],
  'back up': ['wake'],
  restore: ['wake', 'back up'],
}

export const wanted = Object.keys(before)

/** The tries of one act. An act of few tries is refused by chance only, such as by dice that find nothing. */
const TRIES = 40
const DAY_S = 86_400

/**
 * Does each wanted act that chance has not done yet, until it succeeds. So a storm never lacks one of them.
 * Between two tries a day passes, because limits count days.
 */
export async function makeCertain(
  house: House,
  isDone: (act: string) => boolean,
  run: (act: string) => Promise<void>,
): Promise<void> {
  for (const [act, needed] of Object.entries(before))
    for (let tries = 0; tries < TRIES && !isDone(act); tries++) {
      for (const earlier of needed) await run(earlier)
      await run(act)
      if (!isDone(act)) await house.world.pass(DAY_S)
    }
}
