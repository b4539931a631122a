/**
 * Returns the environment of the server's programs. None of the caller's PG* variables or locales may reach
 * them.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
}
