import { sql } from 'kysely'
import { pageOf, type Tx, type Work } from '../kernel/index.ts'
import { addressErrors } from './errors.ts'
import { ownerOf } from './owner.ts'
import { type Address, type AddressView, addressView } from './views.ts'

const columns = sql`id, user_id, label, recipient_name, phone, street, district, city, province, postal_code, area_id, is_default`

/** Returns addresses by id, whoever owns them; unknown and deleted addresses are left out. */
export async function addressesById(tx: Tx, ids: readonly string[]): Promise<Map<string, Address>> {
  const { rows } = await sql<Address>`
    select ${columns} from addresses where id = any(${ids}::uuid[]) and deleted_at is null`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Returns an address with the id of its owner. A customer gets only their own address; support staff get
 * anybody's.
 * @throws kernel.forbidden, address.not_found for another customer's too
 */
export async function addressFor(work: Work, id: string): Promise<Address> {
  const address = (await addressesById(work.tx, [id])).get(id)
  const owner = ownerOf(work, work.actor.kind === 'customer' ? undefined : (address?.userId ?? id))
  if (address?.userId !== owner) throw addressErrors.not_found({ addressId: id })
  return address
}

/**
 * Returns one address in the form in which it is printed and sent. A customer gets only their own address;
 * support staff get anybody's.
 */
export async function getAddress(work: Work, id: string): Promise<AddressView> {
  return addressView(await addressFor(work, id))
}

/**
 * Lists addresses of the customer who acts, or of a user whom support names: newest first, a keyset page at a
 * time.
 */
export async function listAddresses(
  work: Work,
  page: { userId?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<{ data: AddressView[]; nextCursor: string | null }> {
  const userId = ownerOf(work, page.userId)
  const after = page.cursor ? sql`and id < ${page.cursor}` : sql``
  const { rows } = await sql<Address>`
    select ${columns} from addresses
    where user_id = ${userId} and deleted_at is null ${after}
    order by id desc limit ${page.limit + 1}`.execute(work.tx)
  return pageOf(rows.map(addressView), page.limit, (row) => row.id)
}

/**
 * Returns the id of the default address of a user for whom staff act.
 * @throws address.not_found where they have none
 */
export async function defaultAddressId(tx: Tx, userId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from addresses where user_id = ${userId} and is_default and deleted_at is null`.execute(tx)
  if (!rows[0]) throw addressErrors.not_found({ userId })
  return rows[0].id
}
