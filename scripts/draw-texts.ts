import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { commentsOf, proseOf } from './comments.ts'

/**
 * Draws comments of src and error texts by a seed, without their code, for a reader who does not know the
 * code: `node scripts/draw-texts.ts [seed] [comments] [errors]`.
 */
const [seed = Date.now() % 1_000_000, comments = 60, errors = 20] = process.argv.slice(2).map(Number)

/**
 * Returns a generator of random numbers (Park and Miller). The same seed draws the same texts from the same
 * files.
 */
function generator(start: number): () => number {
  let state = (start % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

function draw<T>(from: readonly T[], count: number, random: () => number): T[] {
  const left = [...from]
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(Math.floor(random() * left.length), 1),
  ).flat()
}

const files = execFileSync('git', ['ls-files', 'src'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
const prose = files.flatMap((file) =>
  commentsOf(file, readFileSync(file, 'utf8')).map((comment) => ({ file, text: proseOf(comment) })),
)
const said = readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([a-z_.]+)` \| \w+ \| (.+) \|$/gm)

const random = generator(seed)
console.log(`seed ${seed}`)
for (const [at, { file, text }] of draw(
  prose.filter(({ text }) => text !== ''),
  comments,
  random,
).entries())
  console.log(`C${at + 1} ${file}\n   ${text}`)
for (const [at, [, code, text]] of draw([...said], errors, random).entries())
  console.log(`E${at + 1} ${code}\n   ${text}`)
