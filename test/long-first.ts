import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Test files that need eight seconds of processor time or more, the longest first. They run first, because a
 * long file that begins last would use one core while the other is idle.
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

/** Runs the long files first. The others follow in vitest's own order: by their last duration, or by size. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = long.findIndex((end) => moduleId.endsWith(end))
      return at < 0 ? long.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
