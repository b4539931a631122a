/**
 * What tells names that people type apart: codes, numbers of delivery notes, references, keys. Two that look
 * alike are the same one: case, spaces, invisible characters, full-width letters and the kind of dash make no
 * difference.
 */
export function identityOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .toUpperCase()
}
