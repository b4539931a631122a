import { allow } from './allow.ts'
import { show } from './show.ts'

export const verbs = [show, allow]
