// Fails on a comment that begins with a bare relative word or preposition, and on one that is wider than
// biome.json allows.
import { globSync, readFileSync } from 'node:fs'
import { codeWidth, commentsOf, proseOf } from './comments.ts'

const width = codeWidth()
const files = process.argv.length > 2 ? process.argv.slice(2) : globSync('{src,scripts,bench}/**/*.ts')

/** Matches openings such as "What is left" and "Of a payment": they begin a clause, not a sentence. */
const OPENING = /^(What|Who|Whom|Whose|Where|Of|As)\s/

let found = 0
for (const file of files.sort()) {
  if (file === 'src/domain/kernel/schema.ts') continue
  const text = readFileSync(file, 'utf8')
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length
  for (const comment of commentsOf(file, text)) {
    const opening = file.endsWith('.test.ts') ? null : OPENING.exec(proseOf(comment))
    if (opening) say(`${file}:${lineOf(comment.start)}: begins with "${opening[1]}": ${proseOf(comment)}`)
    const first = lineOf(comment.start)
    for (let line = first; line <= lineOf(comment.end - 1); line++) {
      if (comment.indent !== undefined && (text.split('\n')[line - 1] as string).length > width)
        say(`${file}:${line}: a comment wider than ${width}: npm run format`)
    }
  }
}
if (found > 0) process.exit(1)
console.log(`comments: ${files.length} files, each says who does what`)

function say(line: string) {
  console.error(line)
  found++
}
