// Fails on a name or text with a word that docs/glossary.md has retired, and on a text that cites a source
// outside the repository.
import { globSync, readFileSync } from 'node:fs'
import { parseSync } from 'oxc-parser'
import { commentsOf } from './comments.ts'
import { KEPT_FILES, KEPT_NAMES, retiredInName, retiredInText } from './retired-words.ts'
import { type Node, walk } from './syntax.ts'

const given = process.argv.slice(2)
const files = (given.length > 0 ? given : globSync('{src,scripts,bench,test}/**/*.ts'))
  .filter((file) => !file.startsWith('test/contract/client/') && file !== 'src/domain/kernel/schema.ts')
  .sort()
let found = 0

for (const file of files) {
  if (KEPT_FILES.has(file)) continue
  const text = readFileSync(file, 'utf8')
  const say = (at: number, what: string) => {
    console.error(`${file}:${text.slice(0, at).split('\n').length}: ${what}`)
    found++
  }
  const base = file.slice(file.lastIndexOf('/') + 1)
  const inFile = retiredInName(base)
  if (inFile) say(0, `the file's name says "${inFile.word}": say ${inFile.term}`)
  for (const comment of commentsOf(file, text)) {
    const problem = retiredInText(comment.lines.join(' '))
    if (problem) say(comment.start, problem)
  }
  walk(parseSync(file, text).program as unknown as Node, (node) => {
    if (node.type === 'Identifier' && typeof node.name === 'string' && !KEPT_NAMES.has(node.name)) {
      const retired = retiredInName(node.name)
      if (retired) say(node.start, `the name ${node.name} says "${retired.word}": say ${retired.term}`)
    }
    const value =
      node.type === 'Literal' && typeof node.value === 'string'
        ? node.value
        : node.type === 'TemplateElement'
          ? (node.value as { raw: string }).raw
          : undefined
    const problem = value?.includes(' ') ? retiredInText(value) : undefined
    if (problem) say(node.start, problem)
  })
}

if (found > 0) process.exit(1)
console.log(`words: ${files.length} files, none uses a word that the glossary retired`)
