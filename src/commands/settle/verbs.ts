import { approve, hold, pay, release, retry, voidVerb } from './decide.ts'
import { exportVerb } from './export.ts'
import { importVerb } from './import.ts'
import { list } from './list.ts'
import { preview } from './preview.ts'
import { run } from './run.ts'
import { show } from './show.ts'

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
  retry,
  importVerb,
]
