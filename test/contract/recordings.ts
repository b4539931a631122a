import { allCommands, type Leaf } from '../../src/commands/tree.ts'
import { newId } from '../../src/domain/kernel/index.ts'
import type { CommandRun } from '../command-line.ts'
import type { CommandScenes } from './command-scenes.ts'
import { fixtures } from './command-world.ts'

/** The output of a command line, with its ids and times masked. */
export interface Recorded extends CommandRun {
  line: string
}

/** Runs a command line. `changes` is the command's name if it changes something. */
export type Run = (words: readonly string[], changes?: string) => Promise<CommandRun>

/** Matches the commands of the host's owner. They do not run through the staff server. */
const ofTheHost = /^(up|demo|serve|worker|sandbox|completion|db|doctor|providers|login|context|commands)( |$)/
/** The commands about the log-in itself, which differ with the way in which a command is run. */
const aboutTheWay = ['auth login', 'auth logout', 'auth whoami']

const named = (leaf: Leaf) => leaf.path.join(' ')
const takes = (leaf: Leaf, flag: string) =>
  leaf.definition.options.some(({ flags }) => flags.split(' ')[0] === flag)

/** Returns every command that runs through the staff server, in the order of the help. */
export async function commandsOfStaffServer(): Promise<Leaf[]> {
  return (await allCommands()).filter(
    (leaf) => !ofTheHost.test(named(leaf)) && !aboutTheWay.includes(named(leaf)),
  )
}

/**
 * Runs every command: on objects that do not exist, as a dry run, for real, and once more; then the lists and
 * the remaining objects. The same walk on the same scenes gives the same recordings, whether the commands run
 * in this process or through the staff server.
 */
export async function walk(
  scenes: CommandScenes,
  commands: readonly string[],
  run: Run,
  mask: (text: string) => string,
) {
  const leaves = (await commandsOfStaffServer()).filter((leaf) => commands.includes(named(leaf)))
  const all: Recorded[] = []
  const say = (...words: string[]) => summaryOf(words)
  const summaryOf = async (words: readonly string[], changes?: string): Promise<CommandRun> => {
    const { exitCode, stdout, stderr } = await run(words, changes)
    all.push({ line: mask(words.join(' ')), exitCode, stdout: mask(stdout), stderr: mask(stderr) })
    return { exitCode, stdout, stderr }
  }
  for (const leaf of leaves) {
    const reason = takes(leaf, '--reason') ? ['--reason', 'a test'] : []
    await say(...leaf.path, ...nothing(leaf), ...reason)
    await say(...leaf.path, ...nothing(leaf), ...reason, '--json')
  }
  for (const leaf of leaves) {
    const fixture = fixtures[named(leaf)]
    if (!fixture) continue
    const line = [...leaf.path, ...(await fixture(scenes)), '--reason', 'a test']
    await say(...line, '--dry-run')
    await summaryOf(line, named(leaf))
    await summaryOf([...line, '--json'], named(leaf))
  }
  for (const leaf of leaves.filter(({ definition }) => definition.kind === 'list')) {
    const found = await say(...leaf.path, ...some(leaf), '--limit', '3', '--json')
    await say(...leaf.path, ...some(leaf), '--limit', '3')
    await say(...leaf.path, ...some(leaf), '--limit', '2', '--csv')
    const id = idIn(found.stdout)
    const show = leaves.find((candidate) => named(candidate) === `${leaf.path.slice(0, -1).join(' ')} show`)
    if (id === undefined || !show || leaf.path.at(-1) !== 'list') continue
    await say(...show.path, id)
    await say(...show.path, id, '--json')
  }
  return all

  function some(leaf: Leaf): string[] {
    return leaf.definition.args.flatMap(({ name, optional }) =>
      optional ? [] : [name === 'account' ? 'gateway' : newId()],
    )
  }
}

/** Returns the words of a command for objects that do not exist. */
function nothing({ definition }: Leaf): string[] {
  return definition.args.flatMap(({ optional, isTime }) => (optional ? [] : [isTime ? 'yesterday' : newId()]))
}

function idIn(stdout: string): string | undefined {
  try {
    const [first] = (JSON.parse(stdout) as { data?: { id?: string; code?: string }[] }).data ?? []
    return first?.id ?? first?.code
  } catch {
    return undefined
  }
}

/**
 * Patterns of texts that differ in each run: ids, codes, times, generated numbers, and the folders of this
 * run.
 */
const made = [
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi,
  /\b[0-9a-f]{16}\b/g,
  /\b[0-9a-f]{24}\b/g,
  /\bSKU-[0-9A-F]{12}\b/g,
  /\b([0-9A-F]{6}-)?[A-Z]{2,3}-\d{6}-[0-9A-Z]{6,10}(-\d+)?\b/g,
  /\b[0-9A-F]{6}-LOST\b/g,
  /\+62\d{11,12}\b/g,
  // Matches the secret of a second factor.
  /\b[A-Z2-7]{32}\b/g,
  /\bWYB-\d{13}\b/g,
  /127\.0\.0\.1:\d+/g,
  /Pabrik [0-9a-f]{4}\b/g,
  /\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?Z?)?)?/g,
]

/**
 * Returns a function that masks the texts that differ in each run. A mask has the length of its text, so that
 * tables keep their widths.
 */
export function maskOf(database: string): (text: string) => string {
  return (text) =>
    made.reduce(
      (masked, pattern) => masked.replace(pattern, (found) => found.replace(/\w/g, 'x')),
      text
        .replaceAll(database, 'DATABASE')
        .replace(/laku-commands-\w+/g, 'laku-commands')
        .replace(/lkst_[\w-]{20,}/g, 'lkst_token'),
    )
}
