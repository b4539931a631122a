import pg from 'pg'
import { findMachines, type Machine } from '../scripts/machines.ts'

interface StateColumn {
  relation: string
  column: string
  states: string[]
}

/** Returns every column whose CHECK constraint lists its states. */
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

/** Returns the column that stores the state of a machine's objects. */
export function columnOf(
  { relation, column }: Machine,
  columns: readonly StateColumn[],
): StateColumn | undefined {
  return columns.find((candidate) => candidate.relation === relation && candidate.column === column)
}

/**
 * Lets a test's database refuse every change of a state that the state machine does not allow, for all
 * statements of connections with `laku.watch` on. So each test of a flow also tests that no illegal change is
 * made.
 */
export async function watchMoves(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const moves: [relation: string, was: string, now: string][] = []
    const triggers: string[] = []
    for (const machine of await findMachines(process.cwd())) {
      const { relation, column } = machine
      const name = `${relation}.${column}`
      triggers.push(`
        create trigger watch_${column} after update of ${column} on ${relation} for each row
        when (old.${column} is distinct from new.${column}) execute function watch.refuse('${name}', '${column}');`)
      for (const [was, next] of Object.entries(machine.table))
        moves.push(...next.map((now): [string, string, string] => [name, was, now]))
    }
    await client.query(`
      create schema watch;
      grant usage on schema watch to public;
      create table watch.moves (kept text, was text, now text);
      create function watch.refuse() returns trigger language plpgsql security definer as $$
      begin
        if current_setting('laku.watch', true) = 'on' and not exists (
          select from watch.moves
          where kept = tg_argv[0] and was = to_jsonb(old) ->> tg_argv[1] and now = to_jsonb(new) ->> tg_argv[1]
        ) then
          raise exception 'no machine lets % move from % to %',
            tg_argv[0], to_jsonb(old) ->> tg_argv[1], to_jsonb(new) ->> tg_argv[1];
        end if;
        return null;
      end $$;
      ${triggers.join('')}`)
    await client.query('insert into watch.moves select * from unnest($1::text[], $2::text[], $3::text[])', [
      moves.map(([kept]) => kept),
      moves.map(([, was]) => was),
      moves.map(([, , now]) => now),
    ])
  } finally {
    await client.end()
  }
}
