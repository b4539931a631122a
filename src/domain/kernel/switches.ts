import { kernelErrors } from './kernel-errors.ts'
import type { Tx } from './work.ts'

export type SwitchName = 'joins' | 'payouts' | 'xendit' | 'biteship' | 'whatsapp' | 'email' | 'sms'

/** Whether staff have paused this. A paused thing waits, it does not fail. */
export async function isPaused(tx: Tx, name: SwitchName): Promise<boolean> {
  const row = await tx.selectFrom('switches').select('paused').where('name', '=', name).executeTakeFirst()
  return row?.paused ?? false
}

/** @throws kernel.paused */
export async function requireRunning(tx: Tx, name: SwitchName): Promise<void> {
  if (await isPaused(tx, name)) throw kernelErrors.paused({ switch: name })
}
