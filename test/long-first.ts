import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Test files that took 13 seconds or more in a whole run, the longest first. They run first, because a long
 * file that begins last would use one core while the other is idle.
 */
const long = [
  'test/acceptance/database-environment.test.ts',
  'test/contract/recordings.test.ts',
  'src/domain/payment/reconciliation/contradictions.test.ts',
  'src/domain/payment/refunds/lost-refund.test.ts',
  'test/contract/changes.test.ts',
  'test/acceptance/demo.test.ts',
  'src/commands/providers/check.test.ts',
  'test/acceptance/failure-lines.test.ts',
  'src/http/routes/codes.test.ts',
  'test/acceptance/generated-client.test.ts',
  'src/http/routes/ways-in.test.ts',
  'test/races/races.test.ts',
  'src/domain/composition/restore/adopt-lost-day.test.ts',
  'test/chaos/killed-worker.test.ts',
  'test/contract/exits.test.ts',
  'test/acceptance/no-secret-shown.test.ts',
  'src/http/staff/staff-server.test.ts',
  'src/commands/work-thread/work-thread.test.ts',
  'src/domain/payout/submission/leases.test.ts',
  'src/domain/wallet/withdrawals/withdrawals.test.ts',
  'test/acceptance/settle-import.test.ts',
  'test/failures/database-states.test.ts',
  'src/runtime/embedded-postgres.test.ts',
  'test/permutations/permutations.test.ts',
  'test/contract/refusals.test.ts',
  'test/acceptance/race.test.ts',
  'test/model/history.test.ts',
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
