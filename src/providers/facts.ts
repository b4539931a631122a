/**
 * The reference of everything that `laku providers check` creates at a provider; nobody has to act on updates
 * about these.
 */
export const CHECK_REFERENCE = 'laku-check-'

/**
 * The certainty of a fact. `documented`: it stands in the provider's own reference. `sdk`: in its published
 * package. `reported`: other users report it, and it is likely. `assumed`: no source says so; laku is built
 * so that it may be wrong. @internal
 */
export const certainties = ['documented', 'sdk', 'reported', 'assumed'] as const
