import pg from 'pg'
import { findMachines, type Machine } from '../scripts/machines.ts'

interface StateColumn {
  relation: string
  column: string
  states: string[]
}

/** Every column whose CHECK says which states there are. */
export async function stateColumns(client: pg.ClientBase | pg.Pool): Promise<StateColumn[]> {
  const { rows } = await client.query<{ relation: string; column: string; rule: string }>(`
    select c.relname as relation, a.attname as column, pg_get_constraintdef(o.oid) as rule
    from pg_constraint o join pg_class c on c.oid = o.conrelid
    join pg_attribute a on a.attrelid = c.oid and o.conkey = array[a.attnum]
    where o.contype = 'c' and c.relnamespace = 'public'::regnamespace and a.attname in ('status', 'verification')`)
  return rows.map(({ relation, column, rule }) => ({
    relation,
    column,
    states: [...rule.matchAll(/'([^']+)'::text/g)].map((match) => match[1] as string),
  }))
}

const written = (states: readonly string[]) => [...states].sort().join(' ')

/** The column that a machine's states are kept in: the one with just these states. */
export function columnOf(machine: Machine, columns: readonly StateColumn[]): StateColumn | undefined {
  return columns.find(({ states }) => written(states) === written(Object.keys(machine.table)))
}

/**
 * Has a database of tests refuse every move of a state that its machine's table does not name, whatever statement makes it: each
 * test of a flow is then a test of no illegal move. What a test itself moves, to begin somewhere, goes by a connection with
 * `laku.watch` off.
 */
export async function watchMoves(ownerUrl: string, root: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query(`
      create schema watch;
      grant usage on schema watch to public;
      create table watch.moves (relation text, was text, now text, primary key (relation, was, now));
      create function watch.refuse() returns trigger language plpgsql security definer as $$
      begin
        if coalesce(current_setting('laku.watch', true), '') <> 'off' and not exists (
          select from watch.moves where relation = tg_argv[0] and was = to_jsonb(old) ->> tg_argv[1] and now = to_jsonb(new) ->> tg_argv[1]
        ) then
          raise exception 'no machine lets % move from % to %', tg_argv[0], to_jsonb(old) ->> tg_argv[1], to_jsonb(new) ->> tg_argv[1];
        end if;
        return null;
      end $$`)
    const columns = await stateColumns(client)
    for (const machine of await findMachines(root)) {
      const kept = columnOf(machine, columns)
      if (!kept) throw new Error(`no column has the states of a ${machine.name}`)
      const { relation, column } = kept
      await client.query(`
        create trigger watch_${column} after update of ${column} on ${relation} for each row
        when (old.${column} is distinct from new.${column}) execute function watch.refuse('${relation}', '${column}')`)
      const moves = Object.entries(machine.table).flatMap(([was, next]) => next.map((now) => [was, now]))
      await client.query(
        `insert into watch.moves select $1, * from unnest($2::text[], $3::text[]) on conflict do nothing`,
        [relation, moves.map(([was]) => was), moves.map(([, now]) => now)],
      )
    }
  } finally {
    await client.end()
  }
}

/** Takes the watch away, for a test that holds the schema against what was migrated. */
export async function endWatch(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query('set client_min_messages = warning; drop schema watch cascade')
  } finally {
    await client.end()
  }
}
