import type { VerbGroup } from '../../cli/define/root.ts'
import { adopt } from './batches/adopt.ts'
import * as batch from './batches/batches.ts'
import { correct } from './batches/correct.ts'
import { approve, hold, pay, release, retry, voidVerb } from './decide.ts'
import { exportVerb } from './export.ts'
import { importVerb } from './import.ts'
import { list } from './list.ts'
import { preview } from './preview.ts'
import { run } from './run.ts'
import { show } from './show.ts'

const batches: VerbGroup = {
  name: 'batches',
  description: 'batches of bank transfers, and their results',
  verbs: [batch.list, batch.show, batch.confirm, batch.cancel, correct, adopt],
}

export const verbs = [
  preview,
  run,
  approve,
  hold,
  release,
  voidVerb,
  pay,
  show,
  list,
  exportVerb,
  batches,
  retry,
  importVerb,
]
