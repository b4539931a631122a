import type { scenarios } from './scenarios.ts'

export interface Guard {
  /** The guard that is removed. */
  guard: string
  /**
   * The way to remove the guard: SQL run by the owner, or the parts that are removed from the statements that
   * laku sends. Each part must occur in a statement. Otherwise the proof fails, because the statement was
   * reworded and its guard was not removed.
   */
  takeOut: { sql: string } | { parts: readonly RegExp[] }
  scenario: keyof typeof scenarios
}

const lock = /\s+for no key update/

/** The guards on which laku's correctness depends, each with a scenario that fails without the guard. */
export const guards: readonly Guard[] = [
  {
    guard: 'the lock of sessions (lockSessions, lockPaidThings)',
    takeOut: {
      parts: [new RegExp(`(?<=from group_buying_sessions where id = any.*order by id)${lock.source}`, 's')],
    },
    scenario: 'one leaves as the last payment comes: a closed group has its MOQ, and nobody waits in a ring',
  },
  {
    guard: 'the lock of payments (lockPayments)',
    takeOut: {
      parts: [
        new RegExp(
          `(?<=contradiction_decided_at\\s+from payments where id = any.*order by id)${lock.source}`,
          's',
        ),
      ],
    },
    scenario:
      'a payment of two invoices, paid at once, is received once, and the other money waits for a person',
  },
  {
    guard: 'the lock of stock (lockStock)',
    takeOut: {
      parts: [new RegExp(`(?<=from warehouse_inventory where.*order by variant_id)${lock.source}`, 's')],
    },
    scenario: 'of two who order the last piece one has it, and the other is told',
  },
  {
    guard:
      'the order of locks: escrow payments before their session (lockEscrowPayments, lockSessionPayments)',
    takeOut: {
      parts: [
        new RegExp(`(?<=^\\s*select from payments\\s+where session_id = .*order by id)${lock.source}`, 's'),
      ],
    },
    scenario: 'buyers leave while staff cancel, and nobody waits in a ring',
  },
  {
    guard: 'the condition under which units are taken (holdUnits)',
    takeOut: {
      parts: [/and \(s\.capacity is null or s\.paid_units \+ s\.held_units \+ w\.units <= s\.capacity\)/],
    },
    scenario: 'the last unit has one winner, and the others are told',
  },
  {
    // Each of the three guards alone is enough, so all three are removed together. Without them, the order's
    // own compare-and-set still refuses the second decision, but its error does not say that the return is
    // decided.
    guard: 'the locks of an order and its payments, and the compare-and-set of its return (acceptReturn)',
    takeOut: {
      parts: [
        new RegExp(`(?<=from orders where id = any.*order by id)${lock.source}`, 's'),
        new RegExp(
          `(?<=from payments\\s+where order_id = .* or participant_id = .*order by id)${lock.source}`,
          's',
        ),
        /(?<=update "order_returns" t\s+set "status" = 'accepted'.*where .*) and t\."status" in \('requested'\)/s,
      ],
    },
    scenario: 'a return that two accept at once is decided once',
  },
  {
    guard: 'the unique index participants_one_live',
    takeOut: { sql: 'drop index participants_one_live' },
    scenario: 'one buyer from many processes at once has one place',
  },
  {
    guard: 'the CHECK session_capacity_kept',
    takeOut: { sql: 'alter table group_buying_sessions drop constraint session_capacity_kept' },
    scenario: 'no statement sells more than there is',
  },
  {
    guard: 'the CHECK payments_never_over_refunded',
    takeOut: { sql: 'alter table payments drop constraint payments_never_over_refunded' },
    scenario: 'no statement returns more than was paid',
  },
  {
    guard: 'the CHECK ledger_balance_not_negative',
    takeOut: { sql: 'alter table ledger_balances drop constraint ledger_balance_not_negative' },
    scenario: 'no wallet is emptied below zero',
  },
  {
    guard: 'the unique key of ledger transactions',
    takeOut: { sql: 'alter table ledger_transactions drop constraint ledger_transactions_key_key' },
    scenario: 'what is posted twice under one key is in the book once',
  },
  {
    guard: 'the trigger ledger_entries_move_balances',
    takeOut: { sql: 'drop trigger ledger_entries_move_balances on ledger_entries' },
    scenario: 'what was refunded into a wallet can be spent, once',
  },
  {
    guard: 'the trigger ledger_transaction_balances',
    takeOut: { sql: 'drop trigger ledger_transaction_balances on ledger_transactions' },
    scenario: 'a transaction that does not balance is never committed',
  },
  {
    guard: 'the trigger ledger_entries_written_once',
    takeOut: { sql: 'drop trigger ledger_entries_written_once on ledger_entries' },
    scenario: 'not even the owner of the database edits the book',
  },
]
