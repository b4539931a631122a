/**
 * The first characters of the reference of every object that `laku providers check` creates at a provider.
 * When the provider sends an update about such an object, laku does nothing.
 */
export const CHECK_REFERENCE = 'laku-check-'

/**
 * The certainty of a fact about a provider.
 * - `documented`: the fact is in the provider's own reference.
 * - `sdk`: the fact is in the provider's published package.
 * - `reported`: other users report the fact, and it is likely.
 * - `assumed`: no source states the fact, so laku must also work if the fact is wrong.
 * @internal
 */
export const certainties = ['documented', 'sdk', 'reported', 'assumed'] as const
