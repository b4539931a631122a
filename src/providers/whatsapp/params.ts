import { TEMPLATE_BODY_LENGTH } from './facts.ts'

/** Turns a text into a parameter that Meta accepts: one line, without runs of spaces, and not empty. */
export function cleanParam(text: string): string {
  const line = text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .toWellFormed()
  return line === '' ? '-' : line
}

const SHORTENED = '…'

/**
 * Cleans the parameters and makes them fit into their template together: if the whole text would be too long,
 * the longest parameters are cut.
 */
export function fitParams(body: string | undefined, params: readonly string[]): string[] {
  const clean = params.map(cleanParam)
  if (body === undefined) return clean
  const room = TEMPLATE_BODY_LENGTH - body.replaceAll(/\{\{\d+\}\}/g, '').length
  const total = () => clean.reduce((sum, text) => sum + text.length, 0)
  while (total() > room) {
    const longest = clean.reduce(
      (best, name, nth) => (name.length > (clean[best]?.length ?? 0) ? nth : best),
      0,
    )
    const text = clean[longest] as string
    const others = clean.filter((_, nth) => nth !== longest)
    const next = Math.max(0, ...others.map((name) => name.length))
    // Cuts the longest parameter to the length of the second longest. If a smaller cut makes the message
    // short enough, cuts only so much. Each round of the loop removes at least one character.
    const keep = Math.max(1, Math.min(text.length - 1, Math.max(next, text.length - (total() - room))))
    clean[longest] = cutTo(text, keep)
    if (keep === 1 && total() > room) break
  }
  return clean
}

function cutTo(text: string, length: number): string {
  return length <= 1 ? SHORTENED : `${text.slice(0, length - 1).toWellFormed()}${SHORTENED}`
}
