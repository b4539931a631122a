import { readFileSync } from 'node:fs'

const file = new URL('../../../package.json', import.meta.url)

/** The version of laku to which this code belongs. */
export const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
