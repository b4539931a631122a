import type { SandboxContext } from '../context.ts'

/**
 * Returns an object as Xendit's lists show it. Xendit's schema lets `reference_id` be null in lists, so it
 * is null here, unless the sandbox's profile says otherwise.
 */
export function asListed<T extends { reference_id: string | null }>(context: SandboxContext, listed: T): T {
  if (context.profile.of('xendit.list-references') === 'told') return listed
  return { ...listed, reference_id: null }
}
