import type { VerbGroup } from '../../../cli/define/root.ts'
import { admit } from './admit.ts'
import { list } from './list.ts'
import { retire } from './retire.ts'
import { rewrite } from './rewrite.ts'

export const keys: VerbGroup = {
  name: 'keys',
  description: 'the keys of the database, and their rotation',
  verbs: [list, admit, rewrite, retire],
}
