import { z } from 'zod'
import type { Tx } from '../../domain/kernel/index.ts'
import type { User } from '../../domain/user/index.ts'

/** The argument that names a user, for every verb that takes one. */
export const userArgument = { name: 'user', description: 'the UUID or phone number of the user' } as const
export const userInput = { user: z.string().min(1) }

/** Returns the user whom the command line names. Throws user.not_found, user.phone_invalid. */
export async function userNamed(tx: Tx, named: string): Promise<User> {
  const { requireUser } = await import('../../domain/user/read-users.ts')
  return await requireUser(tx, named)
}
