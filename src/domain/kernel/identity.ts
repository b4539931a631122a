/**
 * Returns the form in which typed codes, delivery notes, references and keys are compared. Names that look
 * alike get the same form: case, spaces, invisible characters, full-width letters and the kind of dash make
 * no difference.
 */
export function identityOf(text: string): string {
  return pastedId(text).toUpperCase()
}

/**
 * Returns another system's id as that system writes it, from an id that a person typed or pasted: without
 * spaces and invisible characters, with plain letters and dashes. The case stays, because other systems may
 * tell two ids apart by it.
 */
export function pastedId(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
}

/** Returns true if a text is empty, or has only spaces and invisible characters. */
export const isBlank = (text: string): boolean => pastedId(text) === ''

/**
 * Returns a text as one word of a command line that staff copy into a shell. A text with spaces or signs of
 * the shell is put in quotes.
 */
export const shellWord = (text: string): string =>
  /^[\w.,:@%+/=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
