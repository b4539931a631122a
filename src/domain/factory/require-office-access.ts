import type { Work } from '../kernel/index.ts'
import { mayActForFactory } from '../territory/index.ts'
import { factoryErrors } from './errors.ts'

/** @throws factory.not_found, for a factory of another office too */
export async function requireFactoryAccess(work: Work, factoryId: string): Promise<void> {
  if (!(await mayActForFactory(work, factoryId))) throw factoryErrors.not_found({ factoryId })
}
