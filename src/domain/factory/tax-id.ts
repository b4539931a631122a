import { requireStaff, type Vault, type Work } from '../kernel/index.ts'
import { factoryErrors } from './errors.ts'

export type TaxIdKind = 'npwp' | 'nik'

/**
 * The tax number of a factory: a firm's NPWP (15 digits, or 16 since 2024) or a person's NIK (16 digits).
 * laku stores it, because a marketplace must keep the tax numbers of its sellers (PMK 37/2025).
 */
export interface TaxId {
  kind: TaxIdKind
  number: string
}

const SEALED_AS = 'factory tax id'
const shapes: Record<TaxIdKind, RegExp> = { npwp: /^\d{15,16}$/, nik: /^\d{16}$/ }

/**
 * Returns a tax number in the form in which it is stored: its digits alone, encrypted.
 * @throws factory.tax_id_invalid
 */
export function sealTaxId(
  vault: Vault,
  { kind, number }: TaxId,
): { taxIdKind: TaxIdKind; taxIdSealed: string } {
  const digits = number.replaceAll(/[.\s-]/g, '')
  if (!shapes[kind].test(digits)) throw factoryErrors.tax_id_invalid({ kind })
  return { taxIdKind: kind, taxIdSealed: vault.seal(SEALED_AS, digits) }
}

/**
 * Returns a factory's tax number as plain text, for finance; null if the factory has none.
 * @throws factory.not_found, kernel.forbidden
 */
export async function taxIdOf(work: Work, factoryId: string): Promise<TaxId | null> {
  requireStaff(work.actor, 'finance')
  const row = await work.tx
    .selectFrom('factories')
    .select(['taxIdKind', 'taxIdSealed'])
    .where('id', '=', factoryId)
    .executeTakeFirst()
  if (!row) throw factoryErrors.not_found({ factoryId })
  const { taxIdKind, taxIdSealed } = row
  if (!taxIdKind || !taxIdSealed) return null
  return openTaxId(work.vault, { taxIdKind, taxIdSealed })
}

/**
 * Decrypts a factory's stored tax number. The kind of the number is not checked here, because the database
 * stores only the two kinds of `TaxIdKind`.
 */
export function openTaxId(
  vault: Vault,
  { taxIdKind, taxIdSealed }: { taxIdKind: string; taxIdSealed: string },
): TaxId {
  return { kind: taxIdKind as TaxIdKind, number: vault.open(SEALED_AS, taxIdSealed) }
}
