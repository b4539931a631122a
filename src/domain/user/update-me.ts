import { requireCustomer, type Work } from '../kernel/index.ts'
import { getMe, type Locale, type UserView } from './read-users.ts'

export interface UpdateMe {
  name?: string | undefined
  /** Null takes it away: then nothing is mailed. */
  email?: string | null | undefined
  locale?: Locale | undefined
}

/**
 * Changes what is given of the customer who acts, and leaves the rest.
 * @throws kernel.forbidden, user.not_found
 */
export async function updateMe(work: Work, { name, email, locale }: UpdateMe): Promise<UserView> {
  await work.tx
    .updateTable('users')
    .set({ name, email, locale, updatedAt: work.now })
    .where('id', '=', requireCustomer(work.actor))
    .where('status', '<>', 'deleted')
    .execute()
  return await getMe(work)
}
