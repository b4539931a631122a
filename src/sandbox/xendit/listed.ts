import type { SandboxContext } from '../context.ts'

/**
 * Returns an object in the form that it has in Xendit's lists. Its `reference_id` is null, because Xendit's
 * schema allows null in a list. The reference is kept only if a test has chosen this by the switch
 * xendit.list-references.
 */
export function asListed<T extends { reference_id: string | null }>(context: SandboxContext, listed: T): T {
  if (context.profile.of('xendit.list-references') === 'told') return listed
  return { ...listed, reference_id: null }
}
