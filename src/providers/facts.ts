/**
 * The first characters of the reference of every object that `laku providers check` creates at a provider.
 * laku does nothing about the provider's updates on these objects.
 */
export const CHECK_REFERENCE = 'laku-check-'

/**
 * The certainty of a fact about a provider.
 * - `documented`: the fact is in the provider's own reference.
 * - `sdk`: the fact is in the provider's published package.
 * - `reported`: other users report the fact, and it is likely.
 * - `assumed`: no source says so, and laku is built so that the fact may be wrong.
 * @internal
 */
export const certainties = ['documented', 'sdk', 'reported', 'assumed'] as const
