import { type Kysely, sql } from 'kysely'
import { codePrefixes } from '../ids.ts'
import type { DB } from '../schema.ts'

/**
 * An SQL expression for the short name of this installation of laku: six hexadecimal digits, which never
 * change for this database.
 */
export const installationId = sql<string>`(select id from installation)`

/** Reads the short name of this installation. */
export async function readInstallationId(tx: Kysely<DB>): Promise<string> {
  const { rows } = await sql<{ id: string }>`select id from installation`.execute(tx)
  const [own] = rows
  if (!own) throw new Error('the database has no installation: run laku db migrate')
  return own.id
}

/**
 * Returns the reference under which laku sends an object to a provider: the short name of this installation,
 * then the object's code.
 */
export const referenceOf = (installation: string, code: string): string => `${installation}-${code}`

/**
 * The origin of a reference in a provider's data, judged by the reference's form.
 *
 * - `ours`: this installation made the reference.
 * - `unmarked`: the reference has laku's form, but no installation's short name, because it is old. Only a
 *   row in the database shows whether this installation made it.
 * - `other_installation`: another installation of laku made the reference.
 * - `foreign`: the reference does not have laku's form.
 */
export type ReferenceOrigin = 'ours' | 'unmarked' | 'other_installation' | 'foreign'

// An example of a reference is 1A2B3C-STL-261123-7K3QX2-1: the installation's short name, the object's code,
// and, if there is one, the number of the attempt.
const referenceForm = new RegExp(
  `^(?:([0-9A-F]{6})-)?(?:${codePrefixes.join('|')})-\\d{6}-[0-9A-Z]{6,10}(?:-\\d+)?$`,
)

/**
 * Returns the origin of a reference in a provider's data: which installation of laku made it, if any. The
 * form of the reference alone decides this.
 */
export function originOf(reference: string, installation: string): ReferenceOrigin {
  const found = referenceForm.exec(reference)
  if (!found) return 'foreign'
  if (found[1] === undefined) return 'unmarked'
  return found[1] === installation ? 'ours' : 'other_installation'
}
