import { CommanderError } from 'commander'
import { createProgram } from './program.ts'

/**
 * Runs one command line and sets the exit code. `laku --help` must stay as quick as Node itself: what is imported
 * here is commander and the list of nouns, and nothing else.
 */
export async function main(argv: readonly string[]): Promise<void> {
  endWithTheReader()
  try {
    await createProgram().parseAsync(asHelpOption(argv))
  } catch (error) {
    // Help that was asked for is printed already, and no failure: what prints failures loads the domain.
    if (error instanceof CommanderError && error.exitCode === 0) return
    const { reportFailure } = await import('./failure.ts')
    process.exitCode = reportFailure(error, argv)
  }
}

/** `laku help orders list` is `laku orders list --help`: so that only the noun asked for is loaded. */
function asHelpOption(argv: readonly string[]): string[] {
  const [node = '', program = '', first, ...rest] = argv
  if (first !== 'help') return [...argv]
  return [node, program, ...rest, '--help']
}

/** `laku orders list | head` is no failure: who reads has seen enough. */
function endWithTheReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}
