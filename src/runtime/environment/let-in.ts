import pg from 'pg'
import { newStaffToken } from '../../domain/auth/staff/tokens.ts'
import { newId } from '../../domain/kernel/ids.ts'
import { requireOwner } from './require-owner.ts'

/** The name of the administrator that laku adds for the person who owns a data folder. */
export const LOCAL_ADMINISTRATOR = 'local-administrator'
const TOKEN_DAYS = 365

/**
 * Adds an administrator, and returns the administrator's token. This needs the connection of the database's
 * owner, who may change everything in the database in any case. If the name is taken, the result is
 * undefined, so that nobody gets a colleague's token. The only exception is the local administrator of a
 * development database, who gets a new token under the same name. Throws StartError 2 if the connection is
 * not the owner's.
 */
export async function letIn(ownerUrl: string, name: string): Promise<string | undefined> {
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 1, connectionTimeoutMillis: 10_000 })
  try {
    await requireOwner(owner, ownerUrl)
    const { id, token, hash } = newStaffToken()
    const { rowCount } = await owner.query(
      `with made as (
         insert into staff (id, name, role, created_at)
         select $1::uuid, $2::text, 'admin', shop_now() where not exists (select from staff_names where lower(name) = lower($2::text))
         on conflict do nothing returning id
       ), own as (
         select id from made union all
         select id from staff where name = $2 and $2 = $3 and role = 'admin' and vouched_by is null and status = 'active'
           and exists (select from database_environment where name = 'development')
       ), given as (
         insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at)
         select $4, id, $5, shop_now(), shop_now() + make_interval(days => $6) from own limit 1 returning staff_id, expires_at
       ), told as (
         insert into attention (id, kind, subject_kind, subject_id, message, command, details, since)
         select next_id(), 'staff_changed', 'staff', id::text, 'the owner of the database let ' || $2::text || ' in as admin',
           'laku auth staff list', jsonb_build_object('staffId', id), shop_now() from made where $2::text <> $3
       )
       insert into audit_log (id, actor_kind, actor_id, actor_name, command, subject_kind, subject_id, after, occurred_at)
       select next_id(), 'system', 'owner', 'owner', 'db migrate --admin', 'staff', staff_id::text,
         jsonb_build_object('name', $2::text, 'role', 'admin', 'tokenId', $4::text, 'expiresAt', expires_at), shop_now() from given`,
      [newId(), name, LOCAL_ADMINISTRATOR, id, hash, TOKEN_DAYS],
    )
    return rowCount ? token : undefined
  } finally {
    await owner.end()
  }
}
