import type { ErrorDefinition, ErrorKind } from '../src/domain/kernel/index.ts'

const kinds: Record<ErrorKind, { http: string; exit: string; job: string }> = {
  invalid: { http: '400', exit: '2', job: 'dead letter' },
  not_found: { http: '404', exit: '3', job: 'dead letter' },
  conflict: { http: '409', exit: '5', job: 'dead letter' },
  forbidden: { http: '403', exit: '4', job: 'dead letter' },
  unavailable: { http: '503', exit: '6', job: 'tried again' },
  limited: { http: '429', exit: '6', job: 'tried again after its Retry-After' },
}

/** Returns docs/errors.md: every error code, by domain. */
export function errorsPage(errors: readonly ErrorDefinition[]): string {
  const head = `# Errors

Every failure that laku names, by code. Made from the code by \`npm run generate\`; CI fails when it drifts.
The kind decides what each front does with it; a few codes of the \`http\` and \`kernel\` families have a finer HTTP status.
An error that was renamed has its former code in \`details.former_code\`.

| kind | HTTP status | exit code | a job |
| --- | --- | --- | --- |
${Object.entries(kinds)
  .map(([kind, { http, exit, job }]) => `| ${kind} | ${http} | ${exit} | ${job} |`)
  .join('\n')}
`
  const families = Map.groupBy(errors, (error) => error.code.split('.')[0] as string)
  const tables = [...families].map(([family, all]) => {
    const rows = all.map(
      ({ code, kind, message, former }) =>
        `| \`${code}\` | ${kind} | ${message}${former ? ` Formerly \`${former}\`.` : ''} |`,
    )
    return `\n## ${family}\n\n| code | kind | says |\n| --- | --- | --- |\n${rows.join('\n')}\n`
  })
  return head + tables.join('')
}
