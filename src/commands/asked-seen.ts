import { z } from 'zod'

/** The option by which the approver of a request says that they know what changed since it was asked for. */
export const seenOption = {
  flags: '--seen',
  description:
    'you have seen what changed since it was asked for: the refusal names it (a suspended receiver, for example)',
}
export const seenInput = z.boolean().optional()
