import { SWITCHES, type Switches } from '../src/sandbox/profile.ts'

const [BEGIN, END] = ['<!-- switches: made by npm run generate -->', '<!-- end of switches -->']

/**
 * Returns docs/sandbox.md with its table of switches made from the code. The rest of the page is written by
 * hand.
 * @throws Error where the page has no place for the table
 */
export function sandboxPage(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error('docs/sandbox.md has no place for the table of switches')
  return `${page.slice(0, begin)}${BEGIN}\n${switchTable(SWITCHES)}\n${page.slice(end)}`
}

/**
 * Returns the table of a provider's switches. The first choice of each switch is the behaviour that the
 * provider documents.
 */
function switchTable(switches: Switches): string {
  const rows = Object.entries(switches).map(
    ([name, { fact, says, choices }]) =>
      `| \`${name}\` | ${says} | **${choices[0]}**, ${choices.slice(1).join(', ')} | ${fact} |`,
  )
  return ['', '| switch | says | choices | fact |', '| --- | --- | --- | --- |', ...rows, ''].join('\n')
}
