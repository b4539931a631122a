import type { Work } from '../kernel/index.ts'

export async function hasDefault(work: Work, userId: string): Promise<boolean> {
  const row = await work.tx
    .selectFrom('addresses')
    .select('id')
    .where('userId', '=', userId)
    .where('isDefault', '=', true)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Removes the default mark from the user's default address. The caller then marks another address in its next
 * statement. The caller must already hold the lock on the user's row.
 */
export async function clearDefault(work: Work, userId: string): Promise<void> {
  await work.tx
    .updateTable('addresses')
    .set({ isDefault: false })
    .where('userId', '=', userId)
    .where('isDefault', '=', true)
    .where('deletedAt', 'is', null)
    .execute()
}
