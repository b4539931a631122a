/**
 * The beginning of the reference of everything that `laku providers check` creates at a provider. Updates
 * about these objects need no action.
 */
export const CHECK_REFERENCE = 'laku-check-'

/**
 * The certainty of a fact about a provider. `documented`: it is in the provider's own reference. `sdk`: it is
 * in the provider's published package. `reported`: other users report it, and it is likely. `assumed`: no
 * source says so, and laku is built so that it may be wrong.
 * @internal
 */
export const certainties = ['documented', 'sdk', 'reported', 'assumed'] as const
