import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const launcher = fileURLToPath(new URL('../../bin/laku.js', import.meta.url))

export interface Ended {
  exitCode: number | null
  stdout: string
  stderr: string
}

/** Runs the real `laku` as a process of its own, whose environment has only the given settings. */
export function runLaku(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  {
    timeout = 60_000,
    cwd,
    stdout: out = 'pipe',
    stderr: err = 'pipe',
  }: { timeout?: number; cwd?: string; stdout?: number | 'pipe'; stderr?: number | 'pipe' } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [launcher, ...args], {
    stdio: ['ignore', out, err],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...env },
    timeout,
    ...(cwd !== undefined && { cwd }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}
