import type { VerbGroup } from '../../../cli/define/root.ts'
import { admit } from './admit.ts'
import { list } from './list.ts'
import { retire } from './retire.ts'
import { rewrite } from './rewrite.ts'

export const keys: VerbGroup = {
  name: 'keys',
  description: 'whose keys the database reads with, and how they rotate',
  verbs: [list, admit, rewrite, retire],
}
