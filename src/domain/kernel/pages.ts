/** A page of a list, and the cursor at which the next page starts (keyset pagination). */
export interface Paged<Row> {
  data: Row[]
  nextCursor: string | null
}

/**
 * Makes a page of a list from rows. The caller reads up to `limit` + 1 rows. If the extra row exists, there
 * is a next page.
 */
export function pageOf<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => string): Paged<Row> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return { data, nextCursor: rows.length > limit && last ? cursorOf(last) : null }
}
