// Wraps every comment that is wider than biome.json allows. It is a part of `npm run format`.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { codeWidth, wrapComments } from './comments.ts'

const width = codeWidth()

let changed = 0
for (const file of globSync('{src,scripts,test,bench}/**/*.ts')) {
  if (file === 'src/domain/kernel/schema.ts') continue
  const text = readFileSync(file, 'utf8')
  const wrapped = wrapComments(file, text, width)
  if (wrapped === text) continue
  writeFileSync(file, wrapped)
  changed++
}
console.log(`comments: ${changed} files wrapped`)
