import { globSync, readFileSync } from 'node:fs'

/** Returns the index of all decisions (docs/adr/README.md), by number. */
export function adrIndex(): string {
  const rows = globSync('[0-9]*.md', { cwd: 'docs/adr' })
    .sort()
    .map((file) => {
      const [, number, title] = /^# (\d{4}) (.+)$/m.exec(readFileSync(`docs/adr/${file}`, 'utf8')) ?? []
      if (!number || !title || !file.startsWith(`${number}-`))
        throw new Error(`docs/adr/${file} does not begin with "# <its number> <title>"`)
      return `| [${number}](${file}) | ${title} |`
    })
  return [
    '# Decisions',
    '',
    'Half a page each: the context, the decision, and the alternatives that we rejected. `npm run generate` writes this list.',
    '',
    '| | |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
