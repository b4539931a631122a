import type pg from 'pg'
import {
  keysInUse,
  logInsBefore,
  replacedAt,
  stoppableBefore,
} from '../../../domain/composition/sealing/keys-in-use.ts'
import { keysSetBack } from '../../../domain/composition/sealing/writing-keys.ts'
import { Vault } from '../../../domain/kernel/index.ts'
import type { OwnerConfig } from '../../../runtime/config.ts'
import { createKysely } from '../../../runtime/database.ts'
import { type KeyPurpose, readEnvironment } from '../../../runtime/environment/read-environment.ts'
import type { JobQueue } from '../../../runtime/queue.ts'
import { auditByOwner } from './audit-by-owner.ts'
import { sentenceOfSetBack } from './next-steps.ts'

export type Retirement =
  | {
      purposes: KeyPurpose[]
      /** The number of changes whose stop link is sent again, signed with the new key. */
      newLinks: number
    }
  | { refused: string }
  | { unknown: true }

/**
 * Retires an encryption key of the database for all its purposes, in one transaction with a row of the audit
 * log. With `endLogIns`, stop links under the key end too; their owners are sent new ones, because they must
 * still be able to stop a change that somebody else made.
 */
export async function retireKey(
  { pool, queue }: { pool: pg.Pool; queue: Pick<JobQueue, 'enqueue'> },
  { encryptionKey = [], sealKey = encryptionKey }: Pick<OwnerConfig, 'encryptionKey' | 'sealKey'>,
  { key, endLogIns }: { key: string; endLogIns: boolean },
): Promise<Retirement> {
  const known = await readEnvironment(pool)
  const own = (known?.keys ?? []).filter(({ id, retiredAt }) => id === key && retiredAt === null)
  if (own.length === 0) return { unknown: true }
  const vault = new Vault(encryptionKey, sealKey)
  const writing = { encryption: vault.keyId, seal: vault.seals.keyId }
  const newer = known?.keys.filter(({ id, retiredAt }) => id !== key && retiredAt === null) ?? []
  for (const { purpose } of own) {
    if (writing[purpose] === key || !newer.some((key) => key.purpose === purpose)) {
      return {
        refused: `${key} is the ${purpose} key that encrypts new values. Admit another key first, and put it first in the list`,
      }
    }
  }
  return await createKysely(pool)
    .transaction()
    .execute(async (tx): Promise<Retirement> => {
      const use = await keysInUse(tx, vault)
      for (const { purpose } of own) {
        const count = use[purpose].values.get(key) ?? 0
        if (count > 0)
          return {
            refused: `${count} values are still encrypted with ${key} (${purpose}): run laku db keys rewrite`,
          }
        const lost = use[purpose].values.get('') ?? 0
        if (lost > 0)
          return {
            refused: `${lost} values use a key that is not configured, perhaps ${key}: configure all keys`,
          }
      }
      const [setBack] = (await keysSetBack(tx, known?.keys ?? [])).filter((found) => found.key === key)
      if (setBack) return { refused: sentenceOfSetBack(setBack) }
      const signing = own.find(({ purpose }) => purpose === 'encryption')
      const current = newer.find(({ id, purpose }) => purpose === 'encryption' && id === vault.keyId)
      const later = known?.keys.filter(
        ({ purpose, admittedAt }) =>
          purpose === 'encryption' && signing !== undefined && admittedAt > signing.admittedAt,
      )
      const rewriters = { later: later?.map(({ id }) => id) ?? [], current: vault.keyId }
      const since = signing && ((await replacedAt(tx, signing, rewriters)) ?? current?.admittedAt)
      const stoppable = since ? await stoppableBefore(tx, since, new Date()) : []
      if (since && !endLogIns) {
        if (stoppable.length > 0) {
          return {
            refused: `${stoppable.length} changes of a phone, email or bank account can still be stopped by links under ${key}: wait until their time is over, or end these links with --end-log-ins, which sends new ones`,
          }
        }
        const logIns = await logInsBefore(tx, since, new Date())
        if (logIns > 0) {
          return {
            refused: `${logIns} customers are logged in by ${key}: wait until they were all renewed (30 days after ${since.toISOString()}), or let them log in again with --end-log-ins`,
          }
        }
      }
      const purposes = own.map(({ purpose }) => purpose)
      await tx
        .updateTable('databaseKeys')
        .set({ retiredAt: new Date() })
        .where('id', '=', key)
        .where('retiredAt', 'is', null)
        .execute()
      await auditByOwner(tx, 'db keys retire', { key, purposes })
      if (stoppable.length > 0)
        await queue.enqueue(
          tx,
          stoppable.map((changeId) => ({ name: 'ways.tell', data: { changeId, retiredKey: key } }) as const),
        )
      return { purposes, newLinks: stoppable.length }
    })
}
