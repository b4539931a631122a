import { CommanderError } from 'commander'
import { runLine } from './client.ts'

/**
 * Runs one command line and sets the exit code. `laku --help` must stay as quick as Node itself, so this
 * module imports only commander and the client.
 */
export async function main(argv: readonly string[]): Promise<void> {
  endWithTheReader()
  // The build's last step runs first here: no command can be read before the surface is written.
  if (argv[2] === 'write-surface')
    return await (await import('../../commands/write-surface.ts')).writeSurface()
  try {
    await runLine(asHelpOption(argv))
  } catch (error) {
    // Requested help is printed already and is no failure. The module that prints failures would load the
    // domain.
    if (error instanceof CommanderError && error.exitCode === 0) return
    process.exitCode = await report(error, argv)
  }
}

/** A failure of the command line itself is printed by the client alone. */
async function report(error: unknown, argv: readonly string[]): Promise<number> {
  const { ownFailure } = await import('./own-failure.ts')
  const own = ownFailure(error)
  if (own) {
    const { printFailure } = await import('./print-failure.ts')
    return printFailure(own, argv, process)
  }
  const { reportFailure } = await import('../errors/failure.ts')
  return reportFailure(error, argv)
}

/** `laku help orders list` is `laku orders list --help`: so that only the noun asked for is loaded. */
function asHelpOption(argv: readonly string[]): string[] {
  const [node = '', program = '', first, ...rest] = argv
  if (first !== 'help') return [...argv]
  return [node, program, ...rest, '--help']
}

/** `laku orders list | head` is no failure: the reader has seen enough. */
function endWithTheReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}
