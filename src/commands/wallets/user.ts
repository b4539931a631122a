import { z } from 'zod'
import type { Tx } from '../../domain/kernel/index.ts'

export const userArgument = { name: 'user', description: 'the UUID or phone number of the user' }
export const userInput = { user: z.string().min(1) }

/** Returns the id of the user whose wallet is meant. Throws wallet.user_not_found, user.phone_invalid. */
export async function userIdOf(tx: Tx, text: string): Promise<string> {
  if (z.uuid().safeParse(text).success) return text
  const { normalizePhone } = await import('../../domain/user/phone.ts')
  const { userByPhone } = await import('../../domain/user/read-users.ts')
  const { walletErrors } = await import('../../domain/wallet/errors.ts')
  const user = await userByPhone(tx, normalizePhone(text))
  if (!user) throw walletErrors.user_not_found()
  return user.id
}
