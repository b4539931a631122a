import { type RawBuilder, sql, type Transaction } from 'kysely'

/**
 * The functions by which the application writes the staff tables and the clock; each function runs as the
 * owner and checks by itself who acts.
 */
const proven = [
  'staff_add',
  'staff_give_token',
  'staff_renew',
  'staff_rename',
  'staff_set_role',
  'staff_end_tokens',
  'staff_activate',
  'factor_enrol',
  'factor_confirm',
  'factor_use',
  'factor_reset',
  'factors_reseal',
  'clock_shift',
  'staff_acts',
  'acting_person',
]
/**
 * The functions that run as their caller. The application's statements, CHECKs, defaults and triggers call
 * them. PostgreSQL asks nobody for the right to run the function of a trigger itself.
 */
const plain = [
  'concerns_person',
  'is_person',
  'is_second_person',
  'let_in',
  'lock_limit',
  'may_act_as',
  'next_id',
  'second_person_refusal',
  'shop_now',
  'staff_named',
  'this_timeline',
  'touched',
  'used_alone',
  'written_by_owner',
]

/**
 * All functions that the application runs by their name.
 * @internal
 */
export const granted: readonly string[] = [...proven, ...plain]

/**
 * Grants the application's role the functions that it runs, and takes all functions of laku from everybody
 * else. The functions of extensions keep their rights.
 */
export async function grantFunctions(tx: Transaction<unknown>, role: RawBuilder<unknown>): Promise<void> {
  await sql`
    do $$ declare one regprocedure; begin
      for one in select p.oid from pg_proc p
        where p.pronamespace = 'public'::regnamespace and pg_has_role(current_user, p.proowner, 'usage')
          and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
      loop execute format('revoke execute on function %s from public', one); end loop;
    end $$`.execute(tx)
  for (const name of granted) await sql`grant execute on function ${sql.table(name)} to ${role}`.execute(tx)
}
