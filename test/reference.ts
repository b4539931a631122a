import { readInstallationId, referenceOf } from '../src/domain/kernel/index.ts'
import type { TestLaku } from './laku.ts'

/** What the provider knows a thing of this test's installation by. */
export const markedBy = (laku: TestLaku, code: string): Promise<string> =>
  laku.system(async (work) => referenceOf(await readInstallationId(work.tx), code))
