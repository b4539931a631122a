import type { CommandRequest, RunEvent } from '../../cli/client/protocol.ts'
import {
  authErrors,
  type Begun,
  beginRun,
  forgetRun,
  keptLines,
  leaveRun,
  mayFollow,
  type RunIdentity,
  runState,
  showRun,
} from '../../domain/auth/index.ts'
import { type Actor, requestHash } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { withRequestId } from '../../runtime/request-id.ts'
import type { CommandHouse } from './command-house.ts'
import { Run, type RunPaces, runPaces } from './run.ts'
import { staffErrors } from './staff-errors.ts'

type Staff = Extract<Actor, { kind: 'staff' }>

/** A function that streams the output lines of a run to one reader. It ends when the reader disconnects. */
export type Lines = (gone: AbortSignal) => AsyncIterable<string>

export interface Asked {
  request: CommandRequest
  actor: Staff
  code?: string | undefined
  /** Whether the staff command's output must not be stored. */
  shownOnce?: boolean
  /** The digest (hash) of the file that was sent with the command. */
  fileHash: string
  filePath: string | undefined
}

const POLL_MS = 500

/** A run in this process. */
interface Held {
  run: Run
  /** The digest of the request for the command. Only an equal request gets the output of the run. */
  requestHash: string
  /** Resolves when the command has ended. */
  done: Promise<void>
}

/**
 * The runs of staff commands. Runs in this process are in memory; runs in other processes are read from the
 * database.
 */
export class RunBook {
  readonly #laku: Laku
  readonly #house: CommandHouse
  readonly #paces: RunPaces
  readonly #runs = new Map<string, Held>()
  readonly #underWay = new Set<Promise<void>>()
  #ending = false

  constructor(laku: Laku, house: CommandHouse, paces: RunPaces = runPaces) {
    this.#laku = laku
    this.#paces = paces
    this.#house = house
  }

  /** Returns the number of commands that are running in this process. */
  get size(): number {
    return this.#underWay.size
  }

  /**
   * Starts a staff command, or returns the output of the run that was started earlier with the same key.
   * `release` is called when the command no longer reads its file.
   * @throws staff_door.ending, auth.command_key_reused
   */
  async begin(
    asked: Asked,
    { reads, shownOnce = false }: { reads: boolean; shownOnce?: boolean },
    release: () => void,
  ): Promise<{ id: string; lines: Lines }> {
    if (this.#ending) throw staffErrors.ending()
    const { actor } = asked
    const { unitOfWork } = this.#laku
    const identity = identityOf(asked)
    if (reads) return await this.#beginRead(asked, identity, release)
    this.#heldOf(identity)
    const begun = await unitOfWork.run(actor, (work) => beginRun(work, identity))
    if (begun.begun) {
      const run = this.#start({ ...asked, shownOnce }, identity, begun, release)
      return { id: begun.id, lines: (gone) => run.read(0, gone) }
    }
    release()
    if (begun.state === 'kept') {
      const { id, attempt } = begun
      const run = new Run(this.#laku, { id, attempt, staffId: actor.id }, this.#paces)
      const said = JSON.parse(begun.kept) as RunEvent[]
      for (const event of said.slice(0, -1)) run.emit(event)
      const last = said.at(-1)
      await run.end(last && 'end' in last ? last.end : 0)
      return { id: begun.id, lines: (gone) => run.read(0, gone) }
    }
    return { id: begun.id, lines: (gone) => this.follow(actor, begun.id, 0, gone) }
  }

  /**
   * Starts a command that only reads, or returns the output of the run that has its id already. The client
   * sends a command again under its id when the connection broke; two runs might read different data.
   * @throws staff_door.ending, auth.command_key_reused
   */
  async #beginRead(
    asked: Asked,
    identity: RunIdentity,
    release: () => void,
  ): Promise<{ id: string; lines: Lines }> {
    const { actor } = asked
    const { id } = identity
    for (;;) {
      if (this.#ending) throw staffErrors.ending()
      const held = this.#heldOf(identity)
      if (held?.run.signal.aborted && !held.run.isJob) {
        // The run stops because its only reader disconnected. Its output has a failure and is of no use.
        await held.done
        continue
      }
      if (held) {
        release()
        return { id, lines: (gone) => held.run.read(0, gone) }
      }
      const state = await runState(this.#laku.db, identity)
      // An equal request may have started the run meanwhile.
      if (this.#runs.has(id)) continue
      if (state === 'running' || state === 'ended') {
        release()
        return { id, lines: (gone) => this.follow(actor, id, 0, gone) }
      }
      // A command that only reads is recorded only if it takes long.
      const record = () => this.#laku.unitOfWork.run(actor, (work) => beginRun(work, identity))
      const run = this.#start(asked, identity, { id, attempt: 1 }, release, record)
      return { id, lines: (gone) => run.read(0, gone) }
    }
  }

  /**
   * Returns the run in this process that has the id of a request. A client chooses the id of its run. So the
   * id of another person's run, or of another request, is refused: the output would go to the wrong reader.
   * @throws auth.command_key_reused
   */
  #heldOf({ id, key, staffId, requestHash }: RunIdentity): Held | undefined {
    const held = this.#runs.get(id)
    if (held && (held.run.staffId !== staffId || held.requestHash !== requestHash))
      throw authErrors.command_key_reused({ key })
    return held
  }

  #start(
    asked: Asked,
    { requestHash }: RunIdentity,
    begun: { id: string; attempt: number },
    release: () => void,
    record?: () => Promise<Begun>,
  ): Run {
    const { id } = begun
    const { request, actor, code, filePath } = asked
    const { id: staffId, proof, role } = actor
    const { shownOnce } = asked
    const run = new Run(
      this.#laku,
      { ...begun, staffId, by: proof && { proof, role }, shownOnce },
      this.#paces,
      record,
    )
    const done = withRequestId(id, () =>
      this.#house.run({
        laku: this.#laku,
        run: begun,
        actor,
        token: proof?.reveal(),
        request,
        code,
        emit: (event) => run.emit(event),
        ready: () => run.ready(),
        signal: run.signal,
        filePath,
      }),
    )
      .then(async (exitCode) => {
        if (run.over) return
        if (exitCode !== 'asked') return await run.end(exitCode)
        run.abandon()
        if (!record) await forgetRun(this.#laku.db, run.attempt)
      })
      .catch((error: unknown) => {
        this.#laku.logger.error(
          { err: error, run: id },
          'the stored output of a command run has no last event',
        )
        run.abandon()
        // The run is marked as ended without a result. Otherwise a staff member would wait for its result for
        // ever.
        return leaveRun(this.#laku.db, run.attempt).catch(() => {})
      })
      .finally(() => {
        release()
        this.#underWay.delete(done)
        if (this.#runs.get(id)?.run === run) this.#runs.delete(id)
      })
    this.#runs.set(id, { run, requestHash, done })
    this.#underWay.add(done)
    return run
  }

  /**
   * Yields the output of a run from line `from` on. If the run is in another process, its output is read from
   * the database.
   * @throws auth.command_run_not_found
   */
  async *follow(actor: Staff, id: string, from: number, gone: AbortSignal): AsyncGenerator<string> {
    const { db, vault } = this.#laku
    const here = this.#runs.get(id)?.run
    const isOwn = here?.staffId === actor.id
    if (here && (isOwn || (await mayFollow(db, actor, id)))) return yield* here.read(from, gone)
    let at = from
    let last = ''
    while (!gone.aborted) {
      const seen = await showRun(db, actor, id)
      if (!isOwn && !(await mayFollow(db, actor, id))) throw authErrors.command_run_not_found({ id })
      for (
        let chunk = await keptLines(db, vault, id, at);
        chunk;
        chunk = await keptLines(db, vault, id, at)
      ) {
        for (const line of chunk.lines.slice(Math.max(0, at - chunk.firstLine))) {
          last = line
          yield line
        }
        at = chunk.firstLine + chunk.lines.length
      }
      if (last.includes('"end":')) return
      if (seen.status === 'done') {
        if (at === 0) yield JSON.stringify({ n: 0, ...forgotten(seen.startedAt) })
        yield JSON.stringify({ n: at, end: seen.exitCode ?? 0 })
        return
      }
      if (seen.status === 'interrupted') {
        yield JSON.stringify({ n: at, ...interrupted(id, seen.key) })
        yield JSON.stringify({ n: at + 1, end: 6 })
        return
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /**
   * Waits up to `withinMs` for the running commands to end. Commands that still run then are marked as
   * interrupted. So staff can run them again under their keys.
   */
  async close(withinMs: number): Promise<void> {
    this.#ending = true
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs)
    })
    await Promise.race([Promise.allSettled([...this.#underWay]), over])
    clearTimeout(timer)
    for (const { run } of this.#runs.values()) {
      run.stop()
      run.abandon()
      await leaveRun(this.#laku.db, run.attempt).catch(() => {})
    }
  }
}

function identityOf({ request, actor, fileHash }: Asked): RunIdentity {
  const { id, key = id, path, input, json } = request
  const command = path.join(' ')
  return { id, key, staffId: actor.id, command, requestHash: requestHash(command, { input, json, fileHash }) }
}

const forgotten = (startedAt: Date): RunEvent => ({
  note: `This command began at ${startedAt.toISOString()} and is finished; its output is no longer stored.`,
})

const interrupted = (id: string, key: string): RunEvent => ({
  failure: {
    code: 'cli.interrupted',
    message: `the server that ran ${id} ended before the command was finished. Its finished steps stay done. Run the same command again with --idempotency-key ${key}`,
    details: { id, idempotency_key: key },
    exitCode: 6,
    foreseen: true,
  },
})
