import { createHash } from 'node:crypto'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { MAX_FILE_BYTES } from '../../cli/client/protocol.ts'
import { staffErrors } from './staff-errors.ts'

const MAX_LINE_BYTES = 1024 * 1024

/**
 * The body of a command request. Its first line is kept as text, and the rest is a file on disk. `release`
 * deletes the file.
 */
export interface SpooledBody {
  line: string
  path: string | undefined
  hash: string
  release: () => void
}

/**
 * Reads the first line of a command request's body, and writes the rest to a temporary file (0600). The rest
 * is not kept in memory, because the client may be slow and the file may have 50 MB.
 * @throws staff_door.file_too_large
 */
export async function spool(body: Readable): Promise<SpooledBody> {
  let head = Buffer.alloc(0)
  let line: string | undefined
  let file: { folder: string; path: string; handle: FileHandle } | undefined
  let bytes = 0
  const digest = createHash('sha256')
  const release = () => {
    if (file) void rm(file.folder, { recursive: true, force: true }).catch(() => {})
  }
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      let rest = chunk
      if (line === undefined) {
        head = Buffer.concat([head, chunk])
        const end = head.indexOf(10)
        if (end < 0 && head.length > MAX_LINE_BYTES) throw tooLarge(MAX_LINE_BYTES)
        if (end < 0) continue
        line = head.subarray(0, end).toString('utf8')
        rest = head.subarray(end + 1)
      }
      if (rest.length === 0) continue
      bytes += rest.length
      if (bytes > MAX_FILE_BYTES) throw tooLarge(MAX_FILE_BYTES)
      digest.update(rest)
      if (!file) {
        const folder = await mkdtemp(join(tmpdir(), 'laku-file-'))
        const path = join(folder, 'file')
        file = { folder, path, handle: await open(path, 'wx', 0o600) }
      }
      await file.handle.writeFile(rest)
    }
    await file?.handle.close()
  } catch (error) {
    await file?.handle.close().catch(() => {})
    release()
    throw error
  }
  return {
    line: line ?? head.toString('utf8'),
    path: file?.path,
    hash: bytes === 0 ? '' : digest.digest('base64url'),
    release,
  }
}

const tooLarge = (limit: number) => staffErrors.file_too_large({ limitBytes: limit })
