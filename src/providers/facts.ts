/**
 * The reference of everything that `laku providers check` makes at a provider; updates of these are nobody's
 * work.
 */
export const CHECK_REFERENCE = 'laku-check-'

/**
 * The sure ground under a fact. `documented`: in the provider's own reference. `sdk`: in its published
 * package. `reported`: by others who use it, and likely. `assumed`: nobody said so; laku is built so that it
 * may be wrong.
 * @internal
 */
export const certainties = ['documented', 'sdk', 'reported', 'assumed'] as const
