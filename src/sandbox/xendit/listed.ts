import type { SandboxContext } from '../context.ts'

/** Returns an object in the form in which a list shows it: the schema lets `reference_id` be null. */
export function asListed<T extends { reference_id: string | null }>(context: SandboxContext, listed: T): T {
  if (context.profile.of('xendit.list-references') === 'told') return listed
  return { ...listed, reference_id: null }
}
