import type { Column } from '../../cli/output/table.ts'
import type { MovementView } from '../../domain/warehouse/index.ts'

export const movementColumns: readonly Column<MovementView>[] = [
  { name: 'moved_at', kind: 'time', value: (row) => row.movedAt },
  { name: 'kind', value: (row) => row.kind },
  { name: 'on_hand_change', heading: 'on hand', kind: 'number', value: (row) => row.onHandChange },
  { name: 'reserved_change', heading: 'reserved', kind: 'number', value: (row) => row.reservedChange },
  { name: 'subject', value: (row) => `${row.subjectKind} ${row.subjectId}` },
  { name: 'actor', value: (row) => row.actor },
  { name: 'reason', value: (row) => row.reason },
]
