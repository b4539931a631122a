import { readInstallationId, referenceOf } from '../src/domain/kernel/index.ts'
import type { TestLaku } from './laku.ts'

/** Returns the reference by which the provider knows an object of this test's installation. */
export const markedBy = (laku: TestLaku, code: string): Promise<string> =>
  laku.system(async (work) => referenceOf(await readInstallationId(work.tx), code))
