// Prints figures that describe the code to a newcomer: files per folder, the openings and widths of comments,
// and which room reads tables of which other room.
import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseSync } from 'oxc-parser'
import { codeWidth } from './comments.ts'
import { readGraph } from './floors.ts'
import { type Node, walk } from './syntax.ts'
import { foreignUses } from './table-owners.ts'

const root = process.cwd()
const width = codeWidth()
const files = globSync('src/**/*.ts').filter((file) => !file.endsWith('.test.ts'))

/**
 * Matches comments that begin with a relative word or a preposition, because such an opening hides the
 * subject of the sentence.
 */
const OPENINGS = /^(What|Who|Whom|Whose|Where|Of|As)\s/

const perFolder = [...Map.groupBy(files, dirname).values()]
  .map((inside) => inside.length)
  .sort((a, b) => a - b)
const at = (share: number) => perFolder[Math.min(perFolder.length - 1, Math.floor(perFolder.length * share))]

let comments = 0
let openings = 0
let wide = 0
let ones = 0
for (const file of files) {
  const text = readFileSync(file, 'utf8')
  const parsed = parseSync(file, text)
  for (const comment of joined(parsed.comments, text)) {
    comments++
    if (OPENINGS.test(comment)) openings++
  }
  const ranges = parsed.comments
  let start = 0
  for (const line of text.split('\n')) {
    const end = start + line.length
    if (line.length > width && ranges.some((range) => range.start < end && range.end > start)) wide++
    start = end + 1
  }
  // Made from the database, whose tables of one row have a column of this name.
  if (file === 'src/domain/kernel/schema.ts') continue
  walk(parsed.program as unknown as Node, (node) => {
    if (node.type === 'Identifier' && node.name === 'one') ones++
  })
}

const foreign = foreignUses(root, readGraph(root)).filter(({ kind }) =>
  ['read', 'lock', 'write'].includes(kind),
)
const upward = foreign.filter((use) => use.way === 'up')
const filesOf = (uses: { file: string }[]) => new Set(uses.map((use) => use.file)).size

console.log(`files a folder        median ${at(0.5)}, 90th ${at(0.9)}, largest ${perFolder.at(-1)}`)
console.log(
  `comments              ${comments}, of which ${openings} (${((100 * openings) / comments).toFixed(1)} %) begin with ${OPENINGS.source}`,
)
console.log(`comment lines > ${width}   ${wide}`)
console.log(`identifier "one"      ${ones}`)
console.log(
  `tables of others      ${foreign.length} uses in ${filesOf(foreign)} files, upward ${upward.length} in ${filesOf(upward)}`,
)

/** Returns the comments of a file as texts; line comments that follow each other are one comment. */
function joined(
  found: { type: string; value: string; start: number; end: number }[],
  text: string,
): string[] {
  const out: string[] = []
  let end = -1
  for (const comment of found) {
    const words = comment.value
      .replace(/^\*/, '')
      .replace(/^\s*\*\s?/gm, '')
      .trim()
    const follows = comment.type === 'Line' && end >= 0 && /^\n[ \t]*$/.test(text.slice(end, comment.start))
    if (follows) out[out.length - 1] += ` ${words}`
    else out.push(words)
    end = comment.type === 'Line' ? comment.end : -1
  }
  return out.filter((words) => !/^(biome|@|c8|v8|#)/.test(words))
}
