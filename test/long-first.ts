import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files of eight seconds of processor time and more, the longest first, by their paths' ends: what begins
 * last would have one core to itself while the other idles.
 */
const long = [
  'test/acceptance/database-environment.test.ts',
  'test/acceptance/demo.test.ts',
  'src/commands/providers/check.test.ts',
  'test/contract/changes.test.ts',
  'test/contract/recordings.test.ts',
  'test/acceptance/failure-lines.test.ts',
  'test/chaos/killed-worker.test.ts',
  'src/http/routes/codes.test.ts',
  'test/model/history.test.ts',
  'test/failures/database-states.test.ts',
  'test/races/races.test.ts',
  'src/runtime/embedded-postgres.test.ts',
  'src/domain/composition/restore/adopt-lost-day.test.ts',
  'src/domain/payment/refunds/lost-refund.test.ts',
  'test/acceptance/race.test.ts',
  'test/acceptance/generated-client.test.ts',
  'test/acceptance/no-secret-shown.test.ts',
  'test/contract/refusals.test.ts',
]

/** The long files first, the others as vitest has them: by what they took the last time, or by their size. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = long.findIndex((end) => moduleId.endsWith(end))
      return at < 0 ? long.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
