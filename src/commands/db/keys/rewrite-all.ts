import type { Progress } from '../../../cli/output/progress.ts'
import {
  recountAccounts,
  reencryptPage,
  sealedTables,
} from '../../../domain/composition/sealing/sealed-data.ts'
import type { Actor } from '../../../domain/kernel/index.ts'
import { type Resealed, resealChain, resealPostings } from '../../../domain/ledger/index.ts'
import type { Laku } from '../../../runtime/laku.ts'

export interface Rewritten {
  encrypted: number
  sealed: number
  /** Descriptions of the values that stay encrypted under an older key, one line of text for each value. */
  left: string[]
}

/**
 * Encrypts all encrypted and sealed values of the database again, under the current keys, one page of rows
 * per transaction. The audit log records how many values were rewritten.
 */
export async function rewriteAll(
  { unitOfWork, vault }: Pick<Laku, 'unitOfWork' | 'vault'>,
  actor: Actor,
  progress: Pick<Progress, 'start' | 'step' | 'end'>,
): Promise<Rewritten> {
  const done: Rewritten = { encrypted: 0, sealed: 0, left: [] }
  progress.start('tables', sealedTables.length + 2)
  for (const sealed of sealedTables) {
    let after: string | undefined
    do {
      const page = await unitOfWork.run(actor, (work) => reencryptPage(work, sealed, after))
      done.encrypted += page.rewritten
      done.left.push(...page.left)
      after = page.after
    } while (after !== undefined)
    progress.step(sealed.table)
  }
  await unitOfWork.run(actor, (work) => recountAccounts(work))
  for (const [name, reseal] of [
    ['postings', resealPostings],
    ['chain', resealChain],
  ] as const) {
    let page: Resealed | undefined
    do {
      page = await unitOfWork.run(actor, (work) => reseal(work, page?.after))
      done.sealed += page.resealed
      done.left.push(...page.left)
    } while (page.after !== undefined)
    progress.step(name)
  }
  progress.end()
  await unitOfWork.run(actor, async (work) =>
    work.audit({
      command: 'db keys rewrite',
      subject: ['key', vault.keyId],
      after: {
        encryptionKey: vault.keyId,
        sealKey: vault.seals.keyId,
        encrypted: done.encrypted,
        sealed: done.sealed,
        left: done.left.length,
      },
    }),
  )
  return done
}
