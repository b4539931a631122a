import { CommanderError } from 'commander'
import { outliveHangUp } from '../../runtime/hang-up.ts'
import { runLine } from './client.ts'

/**
 * Runs one command line and sets the exit code. `laku --help` must stay as quick as Node itself, so this
 * module imports only commander and the client.
 */
export async function main(argv: readonly string[]): Promise<void> {
  endWithTheReader()
  outliveHangUp()
  // `write-surface`, the last step of the build, writes files with the names, arguments and options of all
  // commands. It is handled first, because laku reads every other command from these files.
  if (argv[2] === 'write-surface')
    return await (await import('../../commands/write-surface.ts')).writeSurface()
  try {
    await runLine(asHelpOption(argv))
  } catch (error) {
    // If help was requested, it is already printed, so there is no failure to print. The module that prints
    // failures is not loaded, because it would load the code of the domain.
    if (error instanceof CommanderError && error.exitCode === 0) return
    process.exitCode = await report(error, argv)
  }
}

/**
 * Prints a failure and returns the exit code. For a failure of the command line itself, only the client's
 * code is loaded.
 */
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

/**
 * Turns `laku help orders list` into `laku orders list --help`. So only the code of the noun `orders` is
 * loaded.
 */
function asHelpOption(argv: readonly string[]): string[] {
  const [node = '', program = '', first, ...rest] = argv
  if (first !== 'help') return [...argv]
  return [node, program, ...rest, '--help']
}

/**
 * Ends the process without a failure when the reader of stdout has seen enough, as in `laku orders list |
 * head`. If stdout cannot be written for another reason, such as a full disk, says so and ends with 1. If
 * stderr cannot be written, only notes are lost, so the command goes on and its exit code stays true.
 */
function endWithTheReader(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    process.stderr.write(
      `laku: the output cannot be written (${error.code}). A change is made all the same: laku commands list shows it.\n`,
    )
    process.exit(1)
  })
}
