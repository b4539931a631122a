import type { SandboxContext } from '../context.ts'

/**
 * Returns an object in the form that Xendit's lists have. Xendit's schema allows null for `reference_id` in a
 * list. So it is null here, unless the sandbox's profile says otherwise.
 */
export function asListed<T extends { reference_id: string | null }>(context: SandboxContext, listed: T): T {
  if (context.profile.of('xendit.list-references') === 'told') return listed
  return { ...listed, reference_id: null }
}
