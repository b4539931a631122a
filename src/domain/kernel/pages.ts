/** A page of a list by keyset, and where the next one goes on. */
export interface Paged<Row> {
  data: Row[]
  nextCursor: string | null
}

/** A page out of rows that were read one past its limit: whether there is a next one is seen by that one. */
export function pageOf<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => string): Paged<Row> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return { data, nextCursor: rows.length > limit && last ? cursorOf(last) : null }
}
