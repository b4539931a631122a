/**
 * Does a batch at once, and where it throws each item by itself: those that throw then are set aside, and the others are done. What is done
 * must be all or nothing (a transaction), and the same again must change nothing.
 */
export async function allOrEach<T>(
  items: readonly T[],
  act: (items: readonly T[]) => Promise<void>,
  setAside: (item: T, error: unknown) => Promise<void>,
): Promise<void> {
  if (items.length === 0) return
  try {
    return await act(items)
  } catch (error) {
    const [only] = items
    if (items.length === 1 && only !== undefined) return await setAside(only, error)
  }
  for (const item of items) await allOrEach([item], act, setAside)
}

/** What an error says, for who looks after what was set aside. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
