import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { kernelErrors, requireStaff, Vault, type Work } from '../kernel/index.ts'
import { showAudit } from '../ops/index.ts'
import { wayInErrors } from './errors.ts'

export type SubjectKind = 'user' | 'factory'
/** The user or factory to whom a login contact or payment detail belongs. */
export type Subject = readonly [kind: SubjectKind, id: string]

const KEY = 'way_in.key'
const VALUE = 'way_in.value'
const KEY_BYTES = 32

/**
 * An encrypted value in the audit log. The value is an old contact or payment detail. `laku audit reveal`
 * displays it in plain text.
 */
export interface Sealed {
  sealed: string
}

/**
 * Returns the encryption key of one user or factory, and creates the key at its first use. After the key's
 * row is deleted, nobody can decrypt the values that were encrypted with it.
 */
async function keyOf(work: Work, [kind, id]: Subject): Promise<Vault> {
  const fresh = work.vault.seal(KEY, randomBytes(KEY_BYTES).toString('base64url'))
  const { rows } = await sql<{ keySealed: string }>`
    with made as (
      insert into way_keys (subject_kind, subject_id, key_sealed) values (${kind}, ${id}, ${fresh})
      on conflict do nothing returning key_sealed
    )
    select key_sealed from made
    union all select key_sealed from way_keys where subject_kind = ${kind} and subject_id = ${id}`.execute(
    work.tx,
  )
  return new Vault(work.vault.open(KEY, (rows[0] as { keySealed: string }).keySealed))
}

export async function sealValue(work: Work, subject: Subject, value: string): Promise<string> {
  return (await keyOf(work, subject)).seal(VALUE, value)
}

export async function openValue(work: Work, subject: Subject, sealed: string): Promise<string> {
  return (await keyOf(work, subject)).open(VALUE, sealed)
}

/** The decrypted values of one entry of the audit log. */
export interface Revealed {
  auditId: string
  subjectKind: string
  subjectId: string
  values: Record<string, string>
}

/**
 * Decrypts the encrypted values of one entry of the audit log, for finance and administrators. The audit log
 * also records who decrypted them, and why.
 * @throws kernel.forbidden, kernel.audit_not_found, way_in.nothing_sealed
 */
export async function revealAudit(work: Work, auditId: string): Promise<Revealed> {
  requireStaff(work.actor, 'finance')
  const { subjectKind, subjectId, before } = await showAudit(work, auditId)
  const sealed = Object.entries(before ?? {}).filter((field): field is [string, Sealed] => isSealed(field[1]))
  if (sealed.length === 0) throw wayInErrors.nothing_sealed({ auditId })
  const subject = [subjectKind as SubjectKind, subjectId] as const
  if (!(await hasKey(work, subject))) throw kernelErrors.audit_not_found({ id: auditId, erased: true })
  const values: Record<string, string> = {}
  for (const [field, value] of sealed) values[field] = await openValue(work, subject, value.sealed)
  const after = { auditId, fields: Object.keys(values) }
  work.audit({ command: 'audit reveal', subject: [subjectKind, subjectId], after })
  return { auditId, subjectKind, subjectId, values }
}

async function hasKey({ tx }: Work, [kind, id]: Subject): Promise<boolean> {
  const { rows } = await sql`
    select from way_keys where subject_kind = ${kind} and subject_id = ${id}::uuid`.execute(tx)
  return rows.length > 0
}

function isSealed(value: unknown): value is Sealed {
  return typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string'
}
