/**
 * Returns the form in which typed names are compared: codes, numbers of delivery notes, references, keys.
 * Names that look alike have the same form: case, spaces, invisible characters, full-width letters and the
 * kind of dash make no difference.
 */
export function identityOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .toUpperCase()
}
