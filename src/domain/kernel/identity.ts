/**
 * Returns the form in which typed codes, delivery notes, references and keys are compared. Names that look
 * alike get the same form: case, spaces, invisible characters, full-width letters and the kind of dash make
 * no difference.
 */
export function identityOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .toUpperCase()
}
