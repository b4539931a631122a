import type { SandboxContext } from '../context.ts'

/**
 * Returns an object in the form that Xendit's lists have. The `reference_id` is null, because Xendit's schema
 * allows null in a list. It is kept only if the sandbox's profile says so.
 */
export function asListed<T extends { reference_id: string | null }>(context: SandboxContext, listed: T): T {
  if (context.profile.of('xendit.list-references') === 'told') return listed
  return { ...listed, reference_id: null }
}
