import { readFileSync } from 'node:fs'
import { parseSync } from 'oxc-parser'

/** Returns the maximum line width of code in columns (biome.json). It applies to comments, too. */
export const codeWidth = (): number =>
  (JSON.parse(readFileSync('biome.json', 'utf8')) as { formatter: { lineWidth: number } }).formatter.lineWidth

/** A comment: one block, or line comments that follow each other at the same indent. */
export interface Comment {
  kind: 'block' | 'line'
  /** The positions of the comment in the text of the file; `end` is exclusive. */
  start: number
  end: number
  /** The number of spaces before the comment; undefined if code is before it on the same line. */
  indent: number | undefined
  /** The comment's text, line by line, without the comment marks. */
  lines: string[]
  isDoc: boolean
}

const DIRECTIVE = /^(biome-ignore|@ts-|c8 |v8 |eslint|#region|#endregion|<reference|!)/

/**
 * Returns every comment of a file that is prose. Directives for tools, such as `biome-ignore`, are left out.
 */
export function commentsOf(file: string, text: string): Comment[] {
  const found: Comment[] = []
  for (const { type, value, start, end } of parseSync(file, text).comments) {
    const lineStart = text.lastIndexOf('\n', start - 1) + 1
    const before = text.slice(lineStart, start)
    const indent = /^ *$/.test(before) ? before.length : undefined
    const kind = type === 'Block' ? 'block' : 'line'
    const isDoc = kind === 'block' && value.startsWith('*')
    const lines =
      kind === 'line'
        ? [value.trim()]
        : value
            .replace(/^\*/, '')
            .split('\n')
            .map((line) => line.replace(/^\s*\*(?: |$)/, '').trimEnd())
            .map((line, i, all) => (all.length === 1 || i === 0 ? line.trim() : line))
    if (kind === 'line' && text.startsWith('#!') && start === 0) continue
    if (DIRECTIVE.test(lines.join(' ').trim())) continue
    const last = found.at(-1)
    const isNext =
      kind === 'line' &&
      last?.kind === 'line' &&
      indent !== undefined &&
      last.indent === indent &&
      /^\n *$/.test(text.slice(last.end, start))
    if (isNext && last) {
      last.lines.push(lines[0] as string)
      last.end = end
    } else found.push({ kind, start, end, indent, lines, isDoc })
  }
  return found
}

/** Returns a comment's text as one line, up to its first tag, such as `@throws`. */
export const proseOf = ({ lines }: Comment): string => {
  const text = lines.join(' ').replace(/\s+/g, ' ').trim()
  const tag = text.search(/(^|\s)@(throws|param|returns|see|template|example)\b/)
  return (tag < 0 ? text : text.slice(0, tag)).trim()
}

/** Matches lines that are not rewrapped: lists, tables, code, indented and empty lines. */
const KEEPS_ITS_FORM = /^(\s{2,}|\s*[-*] |\s*\d+[.)] |\s*\||\s*```|\s*$)/

/** Returns the text with its comments wrapped to the width; everything else is unchanged. */
export function wrapComments(file: string, text: string, width: number): string {
  let out = text
  for (const comment of commentsOf(file, text).reverse()) {
    if (comment.indent === undefined) continue
    const start = text.lastIndexOf('\n', comment.start - 1) + 1
    const was = text.slice(comment.start, comment.end)
    if (
      !text
        .slice(start, comment.end)
        .split('\n')
        .some((line) => line.length > width)
    )
      continue
    const next = wrapped(comment, comment.indent, width)
    if (next !== was) out = out.slice(0, comment.start) + next + out.slice(comment.end)
  }
  return out
}

function wrapped({ kind, isDoc, lines }: Comment, indent: number, width: number): string {
  const pad = ' '.repeat(indent)
  const mark = kind === 'line' ? '// ' : ' * '
  const room = width - indent - mark.length
  const body = paragraphs(lines).flatMap((paragraph) => fill(paragraph, room))
  if (kind === 'line') return body.map((line) => `// ${line}`.trimEnd()).join(`\n${pad}`)
  return [isDoc ? '/**' : '/*', ...body.map((line) => `${pad} * ${line}`.trimEnd()), `${pad} */`].join('\n')
}

function paragraphs(lines: readonly string[]): string[] {
  const out: string[] = []
  let open = false
  const parts = trimmedEnds(lines).flatMap((line) => line.split(/\s+(?=@(?:throws|param|returns)\b)/))
  for (const line of parts) {
    const keeps = KEEPS_ITS_FORM.test(line)
    if (open && !keeps && !line.startsWith('@')) out[out.length - 1] += ` ${line.trim()}`
    else out.push(keeps ? line : line.trim())
    open = !keeps || line.startsWith('@')
  }
  return out
}

function trimmedEnds(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  const last = lines.findLastIndex((line) => line.trim() !== '')
  return lines.slice(first, last + 1)
}

/**
 * Wraps one paragraph to lines of at most `room` characters. The further lines of a list item are indented
 * like its text.
 */
function fill(paragraph: string, room: number): string[] {
  if (paragraph.length <= room) return [paragraph]
  const hang = ' '.repeat(/^(\s*(?:[-*] |\d+[.)] )?)/.exec(paragraph)?.[0].length ?? 0)
  if (/^\s*(\||```)/.test(paragraph)) return [paragraph]
  const out: string[] = []
  let line = ''
  for (const word of paragraph.trimStart().split(/\s+/)) {
    const next = line === '' ? word : `${line} ${word}`
    if (next.length + hang.length > room && line !== '') {
      out.push(line)
      line = word
    } else line = next
  }
  out.push(line)
  const lead = paragraph.slice(0, paragraph.length - paragraph.trimStart().length)
  return out.map((line, i) => (i === 0 ? lead + line : hang + line))
}
